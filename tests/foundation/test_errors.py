import pytest

from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound, SiyuError


def test_an_error_reads_well_and_can_be_translated():
    error = BadInput("phone", "{phone} is too short; give 11 digits.", phone="138")
    assert str(error) == "138 is too short; give 11 digits."
    assert error.field == "phone"
    assert error.template == "{phone} is too short; give 11 digits."
    assert error.params == {"phone": "138"}


@pytest.mark.parametrize("kind", [NotAllowed, NotFound, Conflict])
def test_every_error_is_one_of_ours(kind: type[SiyuError]):
    with pytest.raises(SiyuError, match="gone"):
        raise kind("{what} is gone.", what="It")
