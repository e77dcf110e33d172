"""http: ask a web service, and keep what it answers in variables."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from controller.flow import ask
from controller.flow.commands import Request
from controller.flow.fields import HeaderName, JsonPath, Template, Url, Variable
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.problem import N_
from controller.flow.values import in_header, in_json, in_url, plain

BODIES = {
    "json": ("application/json", in_json),
    "form": ("application/x-www-form-urlencoded", in_url),
    "text": ("text/plain; charset=utf-8", plain),
}


class Http(Node):
    """Send a request."""

    kind: ClassVar[str] = "http"
    title: ClassVar[str] = N_("Web request")
    help: ClassVar[str] = N_(
        "Sends a request to a web service on the public internet and keeps parts of its JSON answer in variables. The "
        "caller waits in silence meanwhile. A part that is not in the answer makes its variable empty. “Unknown” means "
        "that nobody can say whether the request arrived."
    )
    icon: ClassVar[str] = "globe"
    group: ClassVar[str] = "data"
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit("ok", N_("OK"), N_("The service answered with a status of 200 to 299.")),
        Exit("failed", N_("Failed"), N_("It refused, answered too late, or could not be reached.")),
        Exit("unknown", N_("Unknown"), N_("The request may or may not have arrived.")),
    )

    url: Url = Field(
        title=N_("Address"), description=N_("Begins with https://; variables in it are percent-encoded by themselves.")
    )
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(
        "GET", title=N_("Method"), description=N_("GET asks; the others change something.")
    )
    headers: dict[HeaderName, Template] = Field(
        default_factory=dict,
        max_length=20,
        title=N_("Headers"),
        description=N_("Sent with the request, such as a key of the service."),
        json_schema_extra={"widget": "variables"},
    )
    body: Annotated[str, Field(max_length=8000, json_schema_extra={"widget": "long_template"})] = Field(
        "", title=N_("Body"), description=N_("What is sent; variables in it are escaped for the type below.")
    )
    body_type: Literal["json", "form", "text"] = Field(
        "json", title=N_("Type of the body"), description=N_("Decides the content type and how variables are escaped.")
    )
    save: dict[Variable, JsonPath] = Field(
        default_factory=dict,
        max_length=20,
        title=N_("Keep"),
        description=N_("A variable and the JSONPath of the answer that fills it, such as $.status."),
    )
    timeout: float = Field(5.0, gt=0, le=30, title=N_("Wait"), description=N_("Seconds until it has failed."))
    safe_to_repeat: bool | None = Field(
        None,
        title=N_("May be sent twice"),
        description=N_("Whether a second request does no harm; a GET is taken to be harmless unless you say no."),
    )

    @property
    def saves(self) -> tuple[str, ...]:
        return tuple(self.save)

    def run(self, call: Call) -> Steps:
        replied = yield from ask.request(self.request(call))
        if replied.outcome == "ok":
            found = dict(replied.saved)
            for name in self.save:
                call.save(name, found.get(name, ""))
        return replied.outcome

    def request(self, call: Call) -> Request:
        """Write the request; every variable is made safe for the place it stands in."""
        content_type, escape = BODIES[self.body_type]
        headers = {name: in_header(call.text(value)) for name, value in self.headers.items()}
        if self.body and "content-type" not in map(str.lower, headers):
            headers["Content-Type"] = content_type
        return Request(
            method=self.method,
            url=call.text(self.url, in_url),
            template=self.url,
            headers=tuple(headers.items()),
            body=call.text(self.body, escape),
            timeout=self.timeout,
            save=tuple(self.save.items()),
            safe_to_repeat=self.method == "GET" if self.safe_to_repeat is None else self.safe_to_repeat,
        )
