"""A look at identity papers that asks nobody: only the number's own check digit is tested."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DIGITS = "10X98765432"
_LENGTH = 18


class SandboxIdentityCheck:
    """Believes every name whose number of 18 characters has a right check digit (GB 11643)."""

    def belongs(self, *, name: str, number: str) -> bool:
        """Whether the number can be one; the name is not looked at."""
        if len(number) != _LENGTH or not number[:-1].isdecimal():
            return False
        weighted = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
        return number[-1] == _DIGITS[weighted % len(_DIGITS)]
