"""What other tests borrow from here tells as much about a failed assertion as a test module does."""

import pytest

pytest.register_assert_rewrite(
    *(f"tests.virtual.{name}" for name in ("alike_ends", "alike_mute", "alike_show", "alike_cdr", "scene", "client"))
)
