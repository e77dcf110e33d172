"""The applications and api commands the stand-in knows, by name."""

from __future__ import annotations

from collections.abc import Callable

from controller.virtual.channel import Channel, Switch

Application = Callable[[Channel, str], None]
Api = Callable[[Switch, str], str]

APPLICATIONS: dict[str, Application] = {}
API: dict[str, Api] = {}


def application(*names: str) -> Callable[[Application], Application]:
    def enter(function: Application) -> Application:
        APPLICATIONS.update(dict.fromkeys(names, function))
        return function

    return enter


def api(*names: str) -> Callable[[Api], Api]:
    """An api command.

    Takes what follows its name, returns the body of the reply, errors and line ends as FreeSWITCH writes them.
    """

    def enter(function: Api) -> Api:
        API.update(dict.fromkeys(names, function))
        return function

    return enter
