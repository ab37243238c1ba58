"""Signing in: who comes in and as what, whatever the authenticator."""

import asyncio

import pytest

from asynclab.classroom.people import INSTRUCTOR, Person, write_people
from asynclab.classroom.settings import Settings
from asynclab.classroom.signin import find_authenticator, with_people
from asynclab.errors import CommandError

auth = pytest.importorskip("jupyterhub.auth", reason="requirements-classroom.txt belum dipasang")

pytestmark = pytest.mark.hub


@pytest.fixture
def settings(tmp_path):
    """A class of one instructor and one student."""
    made = Settings(course_id="async", state=tmp_path)
    write_people(made.people, [Person("sari", role=INSTRUCTOR), Person("ayu")])
    return made


@pytest.fixture
def sign_in(settings):
    """Signs in with any password; returns the name and groups, or None."""
    made = with_people(auth.DummyAuthenticator, settings)(admin_users={"admin"}, manage_groups=True)

    def sign_in(name):
        data = {"username": name, "password": "x"}
        model = asyncio.run(made.get_authenticated_user(None, data))
        return model and (model["name"], model["groups"], bool(model["admin"]))

    sign_in.authenticator = made
    return sign_in


def test_who_is_on_the_list_comes_in_with_the_groups(sign_in):
    """Upper case is the same name; a stranger stays outside; an admin needs no group."""
    assert sign_in("Sari") == ("sari", ["formgrade-async"], False)
    assert sign_in("ayu") == ("ayu", ["nbgrader-async"], False)
    assert sign_in("admin") == ("admin", [], True)
    assert sign_in("root") is None


def test_who_is_added_comes_in_without_a_restart(sign_in, settings):
    """The list is read at every sign-in."""
    assert sign_in("budi") is None
    write_people(settings.people, [Person("budi")])

    assert sign_in("budi") == ("budi", ["nbgrader-async"], False)
    assert sign_in("ayu") is None


def test_who_is_removed_is_out_at_the_next_refresh(sign_in, settings):
    """Somebody signed in loses the session; a new role brings new groups."""

    class User:
        def __init__(self, name):
            self.name = name

        async def get_auth_state(self):
            return {"token": "rahasia"}

    def refresh(name):
        return asyncio.run(sign_in.authenticator.refresh_user(User(name)))

    kept = {"auth_state": {"token": "rahasia"}, "groups": ["nbgrader-async"]}
    assert refresh("ayu") == {"name": "ayu", **kept}
    write_people(settings.people, [Person("sari")])
    assert (refresh("ayu"), refresh("sari")) == (False, {"name": "sari", **kept})


def test_nobody_comes_in_where_the_list_is_lost(settings):
    """An unreadable list lets nobody in; it is never taken for an open door."""
    settings.people.write_text("{")
    made = with_people(auth.DummyAuthenticator, settings)(manage_groups=True)

    with pytest.raises(CommandError):
        asyncio.run(made.check_allowed("ayu"))


@pytest.mark.parametrize("verified", [True, False])
def test_what_the_provider_refuses_stays_refused(settings, verified):
    """An address that nobody has verified: 403 also for who is on the list, and for an admin."""
    web = pytest.importorskip("tornado.web")
    google = find_authenticator("google")
    made = with_people(google, settings)(admin_users={"sari"}, manage_groups=True)
    info = {"email": "ayu@contoh.ac.id", "domain": "contoh.ac.id", "verified_email": verified}
    model = {"auth_state": {made.user_auth_state_key: info}, "admin": None}

    def check(name):
        return asyncio.run(made.check_allowed(name, model))

    assert check("orang-lain") is False
    for name in ("ayu", "sari"):
        if verified:
            assert check(name) is True
        else:
            with pytest.raises(web.HTTPError, match="unverified email"):
                check(name)


@pytest.mark.parametrize("name", ["native", "pam", "google", "oauth", "lti"])
def test_every_way_of_signing_in_can_be_loaded(name, settings):
    """The class exists and takes the list of people."""
    found = with_people(find_authenticator(name), settings)

    assert found.__mro__[1].__name__ in found.__name__
    assert found.allow_all is False


def test_an_unknown_way_of_signing_in():
    """Those that exist are named."""
    with pytest.raises(CommandError, match=r"native, pam, google, oauth, lti"):
        find_authenticator("kertas")
