"""What credit shows of itself."""

from enum import StrEnum


class Basis(StrEnum):
    """Why a line is credited as it is."""

    SERVING = "serving"
    ORDER = "order"
    STORE = "store"
    NONE = "none"
