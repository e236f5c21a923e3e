"""Who is signed in: a member of staff whom the organization has already checked."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


class StaffBackend:
    """Turns the id of a checked member of staff into Django's user."""

    def authenticate(
        self, request: HttpRequest | None, staff_id: int | None = None, **credentials: Any
    ) -> AbstractBaseUser | None:
        """The member of staff of an id, or None."""
        return self.get_user(staff_id) if staff_id is not None else None

    def get_user(self, user_id: int) -> AbstractBaseUser | None:
        """The active member of staff of an id, or None."""
        return get_user_model()._default_manager.filter(pk=user_id, is_active=True).first()
