"""Signing in: any authenticator decides who somebody is, the list of people who may come in and as what."""

from __future__ import annotations

import inspect

from asynclab.classroom.people import groups_of, read_people
from asynclab.classroom.settings import Settings
from asynclab.errors import CommandError

__all__ = ["AUTHENTICATORS", "find_authenticator", "with_people"]

AUTHENTICATORS = {
    "native": "nativeauthenticator.NativeAuthenticator",
    "pam": "jupyterhub.auth.PAMAuthenticator",
    "google": "oauthenticator.google.GoogleOAuthenticator",
    "oauth": "oauthenticator.generic.GenericOAuthenticator",
    "lti": "ltiauthenticator.lti13.auth.LTI13Authenticator",
}
"""The ways of signing in by the name that MODUL11_SIGN_IN gives them."""


def find_authenticator(name: str) -> type:
    """The authenticator class of a name in AUTHENTICATORS, or of a dotted path.

    Raises CommandError where there is none.
    """
    from traitlets.utils.importstring import import_item

    try:
        found = import_item(AUTHENTICATORS.get(name, name))
    except (ImportError, ValueError, AttributeError) as error:
        sentence = UNKNOWN.format(name=name, known=", ".join(AUTHENTICATORS), reason=error)
        raise CommandError(sentence, exit_code=2) from None
    return with_own_login_page(found) if name == "native" else found


def with_own_login_page(base: type) -> type:
    """A subclass of NativeAuthenticator with the Hub's own page for signing in.

    The one of nativeauthenticator 1.3.0 is written for JupyterHub 5 and breaks in 6 (it asks for
    `statsd`, which is gone); its pages for signing up and for approving work.
    """
    from jupyterhub.handlers.login import LoginHandler

    class NativeAuthenticator(base):
        def get_handlers(self, app):
            return [
                (route, LoginHandler if route == "/login" else handler, *rest)
                for route, handler, *rest in super().get_handlers(app)
            ]

    return NativeAuthenticator


def with_people(base: type, settings: Settings) -> type:
    """A subclass of `base` that lets in only those on the list of people, and admins; `base` may refuse more.

    Their Hub groups follow the list too, at every sign-in and refresh, so that a person who is taken
    off it loses the access without a restart.
    """

    class PeopleAuthenticator(base):
        # No setting: the list decides, whatever `base` or a configuration says.
        allow_all = False

        async def authenticate(self, handler, data):
            found = super().authenticate(handler, data)
            found = await found if inspect.isawaitable(found) else found
            if not found:
                return found
            model = dict(found) if isinstance(found, dict) else {"name": found}
            model["groups"] = groups_for(self.normalize_username(model["name"]), settings)
            return model

        async def check_allowed(self, username, authentication=None):
            if username not in self.admin_users and username not in read_people(settings.people):
                return False
            if authentication is not None:
                # Whom `base` would let in is the list's affair, so its answer counts for nothing; what
                # it raises does: a provider's refusal of an address that nobody has verified.
                allowed = super().check_allowed(username, authentication)
                if inspect.isawaitable(allowed):
                    await allowed
            return True

        async def refresh_user(self, user, handler=None, **kwargs):
            if not await self.check_allowed(user.name):
                return False
            fresh = await super().refresh_user(user, handler, **kwargs)
            if fresh is False:
                return False
            # The Hub takes what it gets for all there is, so what `base` left alone is repeated.
            model = (
                fresh if isinstance(fresh, dict) else {"auth_state": await user.get_auth_state()}
            )
            return {"name": user.name, **model, "groups": groups_for(user.name, settings)}

    # JupyterHub configures a class by its name; the settings of `base` reach it by inheritance.
    PeopleAuthenticator.__name__ = f"People{base.__name__}"
    return PeopleAuthenticator


def groups_for(name: str, settings: Settings) -> list[str]:
    """The Hub groups of one person."""
    groups = groups_of(read_people(settings.people).values(), settings.course_id)
    return [group for group, members in groups.items() if name in members]


UNKNOWN = "MODUL11_SIGN_IN='{name}' tidak dikenal ({reason}). Pakai salah satu: {known}; atau nama lengkap sebuah kelas Authenticator."
