"""Logs: an event is one line of plain fields on standard error. Personal data never goes in."""

import logging
import os

import structlog


def configure_logging() -> None:
    """Have structlog and the standard library write the same lines; SIYU_LOG sets the level."""
    level = os.environ.get("SIYU_LOG", "WARNING").upper()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.LogfmtRenderer(bool_as_flag=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Django's SQL log quotes parameters, which may be personal data.
    logging.getLogger("django.db.backends").setLevel(logging.WARNING)
    # Its debug lines quote what a template was given.
    logging.getLogger("django.template").setLevel(logging.WARNING)
