"""Ids in addresses."""

_LARGEST = 2**63 - 1


class IdConverter:
    """An id of 64 bits; a larger number leads nowhere, before any database is asked."""

    regex = "[0-9]+"

    def to_python(self, value: str) -> int:
        """The id; raises ValueError for what cannot be one."""
        if len(value) > len(str(_LARGEST)) or int(value) > _LARGEST:
            raise ValueError
        return int(value)

    def to_url(self, value: int) -> str:
        """The id as it stands in an address."""
        return str(value)
