"""The constructor, as a person with a mouse and a keyboard uses it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

SAVED = "saved"
WALKED = ".ed-box:is(.is-walked, .is-current)"


class Canvas:
    """The editor of a flow in a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pane = page.locator(".ed-canvas")
        self.properties = page.get_by_role("complementary", name="Properties")
        self.dock = page.get_by_role("region", name="Problems and tests")
        self.drawer = page.locator(".ed-drawer")
        self.legend = page.locator(".ed-legend")

    def open(self, flow: str) -> Canvas:
        """Open a flow, and wait until it is drawn."""
        self.page.goto(f"/flows/{flow}/edit")
        expect(self.page.locator(".react-flow__viewport")).to_be_attached()
        return self

    # --- nodes ------------------------------------------------------------------------------------------------------

    def node(self, name: str) -> Locator:
        """A node's box."""
        return self.page.locator(f'.react-flow__node[data-id="{name}"]')

    def kind(self, title: str) -> Locator:
        """A kind of node in the palette."""
        return self.page.get_by_role("complementary", name="Nodes").get_by_role("button", name=title, exact=True)

    def drag_in(self, title: str, name: str, x: float, y: float) -> Locator:
        """Drag a kind from the palette to a place in the canvas, and name the node."""
        self.kind(title).drag_to(self.pane, target_position={"x": x, "y": y})
        return self.call_it(name)

    def call_it(self, name: str) -> Locator:
        """Name the node that is chosen."""
        field = self.properties.get_by_label("Name", exact=True)
        field.fill(name)
        field.press("Enter")
        expect(self.node(name)).to_be_visible()
        return self.node(name)

    def choose(self, name: str) -> Locator:
        """Choose a node by a click; its form."""
        self.node(name).locator(".ed-box-head").click(position={"x": 60, "y": 10})
        expect(self.properties.get_by_label("Name", exact=True)).to_have_value(name)
        return self.properties

    def exit(self, node: str, way: str) -> Locator:
        """The dot of an exit."""
        return self.node(node).locator(f'.react-flow__handle[data-handleid="{way}"]')

    def connect(self, source: str, way: str, target: str) -> None:
        """Pull a wire from an exit to a node. Neither may be near the canvas' edge: the view moves on there."""
        self.exit(source, way).hover()
        self.page.mouse.down()
        entry = self.node(target).locator('.react-flow__handle[data-handleid="in"]').bounding_box()
        assert entry
        x, y = entry["x"] + entry["width"] / 2, entry["y"] + entry["height"] / 2
        self.page.mouse.move(x - 30, y, steps=4)
        self.page.mouse.move(x, y, steps=2)
        self.page.mouse.up()
        expect(self.wire(source, way)).to_be_attached()

    def wire(self, source: str, way: str) -> Locator:
        """The wire of an exit."""
        return self.page.locator(f'.react-flow__edge[data-id="{source}/{way}"]')

    def removed(self, name: str) -> Locator:
        """A node that only the version before has, drawn as a ghost."""
        return self.node(f"//{name}")

    def removed_wire(self, source: str, way: str) -> Locator:
        """A wire that only the version before has."""
        return self.wire(f"//{source}", way)

    def lead(self, way: str, target: str) -> None:
        """Lead an exit of the chosen node somewhere, in its form."""
        self.properties.get_by_label(way, exact=True).select_option(target)

    # --- around the canvas ------------------------------------------------------------------------------------------

    def saved(self) -> None:
        """Wait until the draft is saved as it is."""
        expect(self.page.locator(".ed-save")).to_have_attribute("data-phase", SAVED)

    def save(self) -> None:
        """Save at once, and wait for it."""
        self.page.keyboard.press("Control+s")
        self.saved()

    def open_phone(self) -> Locator:
        """Open the phone beside the canvas."""
        self.page.locator(".ed-bar").get_by_role("button", name="Test", exact=True).click()
        expect(self.drawer.get_by_role("tab", name="Simulator")).to_be_visible()
        return self.drawer

    def open_versions(self) -> Locator:
        """Open the versions beside the canvas."""
        self.page.locator(".ed-bar").get_by_role("button", name="Publish", exact=True).click()
        expect(self.drawer.get_by_role("heading", name="Versions", exact=True)).to_be_visible()
        return self.drawer

    def expect_lit(self, *names: str) -> None:
        """Wait until exactly these nodes are on the running path."""
        for name in names:
            expect(self.node(name).locator(WALKED)).to_be_visible()
        boxes = self.page.locator(f".react-flow__node:has({WALKED})")
        assert set(boxes.evaluate_all("boxes => boxes.map(box => box.dataset.id)")) == set(names)
