"""Errors that name what is wrong and how to mend it."""


class SiyuError(Exception):
    """An error meant to be read by a person.

    ``template`` is an English sentence with named placeholders; faces translate the template and
    fill it with ``params``, so one error reads well in every language.
    """

    def __init__(self, template: str, **params: object) -> None:
        self.template = template
        self.params = params
        super().__init__(template.format(**params))


class BadInput(SiyuError):
    """What was given cannot be used; ``field`` names the part to mend."""

    def __init__(self, field: str, template: str, **params: object) -> None:
        self.field = field
        super().__init__(template, **params)


class NotAllowed(SiyuError):
    """The viewer's role or scope does not reach this."""


class NotFound(SiyuError):
    """There is no such thing within the viewer's scope."""


class Conflict(SiyuError):
    """The thing is no longer in the state that this asks for."""


class TooMany(SiyuError):
    """More was asked for than is allowed at once; ``wait_seconds`` says how long to wait."""

    def __init__(self, wait_seconds: int, template: str, **params: object) -> None:
        self.wait_seconds = wait_seconds
        super().__init__(template, wait=wait_seconds, **params)
