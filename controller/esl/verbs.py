"""greenswitch's verbs on a call, kept for those who know them, over the typed applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from controller.esl import applications
from controller.esl.event import Event
from controller.esl.execution import Execution
from controller.esl.hardened import REPLY_TIMEOUT

if TYPE_CHECKING:
    from controller.esl.applications import Application


class Verbs:
    """What a session can be told in greenswitch's words. With `block` the application's end is waited for."""

    if TYPE_CHECKING:

        @property
        def uuid(self) -> str: ...
        def start(self, application: Application) -> Execution: ...
        def execute(self, application: Application, *, timeout: float | None = None) -> Event: ...

    def call_command(
        self,
        app_name: str,
        app_args: str | None = None,
        block: bool = False,
        response_timeout: float | None = None,
    ) -> Event | Execution:
        """Run an application by name; its argument must be one line that holds nothing FreeSWITCH would expand."""
        return self._run_application(applications.plain(app_name, app_args or ""), block, response_timeout)

    def answer(self) -> str:
        """Answer the call."""
        return self.execute(applications.answer(), timeout=REPLY_TIMEOUT).get("Application-Response")

    def park(self) -> None:
        """Keep the call waiting."""
        self.start(applications.park())

    def playback(self, path: str, block: bool = True) -> Event | Execution:
        """Play one file."""
        return self._run_application(applications.playback(path), block, None)

    def bridge(self, args: str, block: bool = True, response_timeout: float | None = None) -> Event | Execution:
        """Ring a dial string that we wrote ourselves; others are built by `applications.bridge`."""
        return self.call_command("bridge", args, block, response_timeout)

    def say(
        self,
        module_name: str = "en",
        lang: str | None = None,
        say_type: str = "NUMBER",
        say_method: str = "pronounced",
        gender: str = "FEMININE",
        text: str = "",
        block: bool = True,
        response_timeout: float | None = 30.0,
    ) -> Event | Execution:
        """Say a number or the like with FreeSWITCH's recorded sounds."""
        module = f"{module_name}:{lang}" if lang else module_name
        return self.call_command("say", f"{module} {say_type} {say_method} {gender} {text}", block, response_timeout)

    def play_and_get_digits(
        self,
        min_digits: int,
        max_digits: int,
        max_attempts: int,
        timeout: int,
        terminators: str,
        prompt_file: str,
        error_file: str,
        variable: str,
        digits_regex: str = "",
        digit_timeout: int = 2000,
        transfer_on_fail: str | None = None,
        block: bool = True,
        response_timeout: float | None = 30.0,
    ) -> str | Execution:
        """Collect keys, times in milliseconds; the keys, when waited for. Any regular expression means: keys."""
        if transfer_on_fail:
            raise NotImplementedError("a failed collection is answered by the application, not by a transfer")
        application = applications.play_and_get_digits(
            min_digits,
            max_digits,
            tries=max_attempts,
            timeout=timeout / 1000,
            terminators=terminators,
            prompt=prompt_file,
            invalid=error_file,
            variable=variable,
            digit_timeout=digit_timeout / 1000,
        )
        if not block:
            return self.start(application)
        return self.execute(application, timeout=response_timeout).variable(variable)

    def _run_application(self, application: Application, block: bool, timeout: float | None) -> Event | Execution:
        return self.execute(application, timeout=timeout) if block else self.start(application)
