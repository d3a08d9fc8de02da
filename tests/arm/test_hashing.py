"""uniqueString and guid give exactly what Azure gives."""

import pytest

from arm import guid, unique_string


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/myRg"], "js26ofeqkqeve"),
        (["tyeth"], "zcztcwvu6iyg6"),
        (["hello", "world"], "a7wkljktk6wne"),
        ([""], "aaaaaaaaaaaaa"),
        (["a"], "eveiun73364hy"),
        (["abcd"], "2vkzoblxv4fya"),
        (["abcdefgh"], "q7ncvd5x2rx4e"),
        (["abcdefghi"], "zignisl6otg3u"),
    ],
)
def test_unique_string_gives_the_published_values(parts, expected):
    assert unique_string(*parts) == expected


def test_guid_gives_the_published_value():
    assert guid("a", "b") == "2d796349-8c7e-55ec-9624-54ece82ed031"


def test_the_last_letter_of_a_unique_string_carries_four_bits_only():
    assert all(unique_string(str(number))[-1] in "acegikmoqsuwy246" for number in range(200))
