"""Which keys hold, whatever profile and own keys meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.gui.preferences.key_profiles import (
    ANNOTATOR,
    PROFILES,
    RADIOLOGY,
    SPECS,
    KeyProfile,
    find_profile,
    find_refusal,
    normalise_key,
    resolve_keys,
)

FIXED = {"3": "shows a display window"}
some_keys = st.sampled_from(["A", "W", "Ctrl+W", "Del", "Delete", "Down", "3", "", "no key", "F12"])
own_keys = st.dictionaries(
    st.sampled_from([*SPECS, "a command of another version"]),
    st.lists(some_keys, max_size=3).map(tuple),
)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda each: each.name)
def test_a_profile_gives_each_key_once_and_none_is_refused(profile: KeyProfile) -> None:
    resolved = resolve_keys(profile, {}, {})
    for name, keys in resolved.items():
        assert keys == profile.keys.get(name, SPECS[name].keys), name
        for key in keys:
            assert normalise_key(key) == key
            assert find_refusal(name, key, FIXED) == "", (name, key)


def test_annotator_draws_on_w_scrolls_on_a_and_d_and_leaves_nothing_without_a_key() -> None:
    resolved = resolve_keys(ANNOTATOR, {}, {})
    assert resolved["tool_draw"][0] == "W"
    assert resolved["previous_slice"] == ("A", "Up")
    assert resolved["next_slice"] == ("D", "Down")
    for name, keys in resolve_keys(RADIOLOGY, {}, {}).items():
        assert bool(keys) == bool(resolved[name]), name
    for name in ("tool_window", "tool_angle", "tool_ruler"):
        assert resolved[name][0] in ANNOTATOR.note


@given(st.sampled_from(PROFILES), own_keys)
def test_no_key_ever_stands_for_two(profile: KeyProfile, own: dict[str, tuple[str, ...]]) -> None:
    resolved = resolve_keys(profile, own, FIXED)
    assert list(resolved) == list(SPECS)
    keys = [key for each in resolved.values() for key in each]
    assert len(keys) == len(set(keys))
    for name, held in resolved.items():
        assert all(find_refusal(name, key, FIXED) == "" for key in held)


def test_own_keys_go_before_the_profiles() -> None:
    resolved = resolve_keys(RADIOLOGY, {"about": ("W",), "fit": ()}, {})
    assert resolved["about"] == ("W",)
    assert resolved["tool_window"] == ()
    assert resolved["fit"] == ()


@pytest.mark.parametrize(
    ("name", "key", "why"),
    [
        ("fit", "Down", "lists and fields"),
        ("fit", "Shift+Return", "lists and fields"),
        ("fit", "3", "display window"),
        ("fit", "", "cannot be used"),
        ("fit", "Ctrl+Down", ""),
        ("cine", "Down", ""),
    ],
)
def test_keys_that_a_command_cannot_have(name: str, key: str, why: str) -> None:
    told = find_refusal(name, key, FIXED)
    assert why in told
    assert bool(told) == bool(why)


def test_unknown_profile_is_radiology() -> None:
    assert find_profile("klingon") is RADIOLOGY
    assert normalise_key("Delete") == "Del"
    assert normalise_key("Ctrl+K, Ctrl+C") == ""
    assert normalise_key("Tab") == ""
