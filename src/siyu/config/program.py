"""The command ``siyu``: sets Django up, adds what only config may do, and calls the CLI face."""

import gc
import os

_NEW_OBJECTS_BEFORE_A_COLLECTION = 100_000


def main() -> None:
    """Run the command line."""
    # Batches are millions of rows without cycles: looking for some in them took a quarter of an
    # import's time and found none.
    gc.set_threshold(_NEW_OBJECTS_BEFORE_A_COLLECTION, 50, 50)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siyu.config.settings")
    import django

    django.setup()

    from siyu.config import demo, keys, serve
    from siyu.config.database_state import bring_up_to_date
    from siyu.faces.cli import app, run

    for commands in (demo, keys, serve):
        commands.add_to(app)
    bring_up_to_date()
    run()


if __name__ == "__main__":
    main()
