"""Heavy packages are imported where they are first needed, in threads, so that a worker polls before it has them: by one thread at a time.

Each thread holds the lock of the module that it is importing. Where packages import one another in circles, as numpy and chromadb do, two
threads would wait for each other, and Python then hands one of them half a module: a worker's first turn failed with an ImportError.
"""

from importlib import import_module
from threading import RLock
from typing import Final

_IMPORTING: Final = RLock()


def load_modules(*names: str) -> None:
    """Import these modules. Costs two microseconds where they are there."""
    with _IMPORTING:
        for name in names:
            import_module(name)
