"""How a person works a page: with a finger or mouse, or with the keys of a keyboard alone."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import FilePayload, Locator, Page, expect

FARTHEST = 400  # presses of Tab to anything on a page
IS_HERE = "one => one === document.activeElement"
IS_BELOW = "one => one.closest('main, .dock') !== null"
# What holds the focus: whether it lies on the screen, under nothing else, and is marked; a hidden box by its label.
SHOWN_FOCUS = """one => {
  const label = one.labels?.[0] ?? one.closest("label");
  const small = one.getBoundingClientRect().width <= 2;
  const seen = (small && label) || one;
  const box = seen.getBoundingClientRect();
  const at = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 40)];
  const on_top = document.elementFromPoint(...at);
  const parts = [one, seen, ...seen.querySelectorAll("*")];
  const is_marked = (part) => {
    const look = getComputedStyle(part);
    return (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== "none";
  };
  const is_on_top = on_top && (seen.contains(on_top) || on_top.contains(seen));
  if (!is_on_top) return `covered by ${on_top?.outerHTML.slice(0, 90)}`;
  return parts.some(is_marked) ? "" : "not marked";
}"""


class Hands(Protocol):
    """What a person does to one control."""

    def find(self, control: Locator) -> None:
        """Come to it."""

    def press(self, control: Locator) -> None:
        """A button or a link."""

    def type(self, control: Locator, text: str) -> None:
        """A line, a longer text, a day."""

    def choose(self, control: Locator, value: str) -> None:
        """One of a list."""

    def tick(self, control: Locator) -> None:
        """A radio button or a box."""

    def bring(self, control: Locator, papers: list[FilePayload]) -> None:
        """Files into a place that takes them."""


class Finger:
    """Touches what it wants to."""

    def find(self, control: Locator) -> None:
        expect(control).to_be_visible()

    def press(self, control: Locator) -> None:
        control.click()

    def type(self, control: Locator, text: str) -> None:
        control.fill(text)

    def choose(self, control: Locator, value: str) -> None:
        control.select_option(value)

    def tick(self, control: Locator) -> None:
        # The box itself is hidden behind its card, as large as a thumb.
        control.locator("xpath=ancestor::label").click()

    def bring(self, control: Locator, papers: list[FilePayload]) -> None:
        with control.page.expect_file_chooser() as asked:
            control.locator("xpath=ancestor::label").click()
        asked.value.set_files(papers)


class Keys:
    """Tab, arrows, space and enter: nothing is touched, and every step must be visible where it is."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.pressed = 0

    def find(self, control: Locator) -> None:
        self._reach(control)

    def press(self, control: Locator) -> None:
        self._reach(control)
        self._key("Enter")

    def type(self, control: Locator, text: str) -> None:
        self._reach(control)
        if control.get_attribute("type") in ("date", "datetime-local"):
            self._type_moment(control, text)
            return
        self._key("ControlOrMeta+a")
        self._page.keyboard.type(text)
        self.pressed += len(text)

    def choose(self, control: Locator, value: str) -> None:
        self._reach(control)
        values = control.locator("option").evaluate_all("all => all.map(one => one.value)")
        self._key("Home")
        for _ in range(values.index(value)):
            self._key("ArrowDown")
        expect(control).to_have_value(value)

    def tick(self, control: Locator) -> None:
        """Of radio buttons one is reached by Tab, the others from there by arrows."""
        if control.get_attribute("type") == "checkbox":
            self._reach(control)
            self._key("Space")
            return
        group = control.page.locator(f"input[type=radio][name='{control.get_attribute('name')}']")
        self._reach(group)
        if not control.evaluate(IS_HERE):
            for _ in range(group.count()):
                self._key("ArrowDown")
                if control.evaluate(IS_HERE):
                    break
        elif not control.is_checked():
            self._key("Space")
        expect(control).to_be_checked()

    def bring(self, control: Locator, papers: list[FilePayload]) -> None:
        # Waited for before the way there: the browser hears of it too late where the key follows at once.
        with self._page.expect_file_chooser() as asked:
            self._reach(control)
            self._key("Space")
        asked.value.set_files(papers)

    def _type_moment(self, control: Locator, text: str) -> None:
        """In the order the browser shows, by its own language: the year last, or first and an arrow behind it."""
        year, month, day, *hour = text.replace("T", "-").replace(":", "-").split("-")
        for parts in ((month, day, year, *hour), (year, month, day, *hour)):
            for part in parts:
                self._page.keyboard.type(part)
                if part == year:
                    self._key("ArrowRight")
            self.pressed += len(text)
            if control.input_value() == text:
                return
            self._key("Shift+Tab")
            self._reach(control)
        raise AssertionError(f"{control} takes no {text}")

    def _reach(self, control: Locator) -> None:
        """By Tab from wherever the focus is; it goes round the page at most once, and is seen where it comes to."""
        for _ in range(FARTHEST):
            if control.evaluate_all("all => all.some(one => one === document.activeElement)"):
                hidden = self._page.evaluate(f"({SHOWN_FOCUS})(document.activeElement)")
                assert not hidden, f"{self._page.url}: the focus on {control} is {hidden}"
                return
            self._key("Tab")
            self._skip_to(control)
        raise AssertionError(f"Tab never comes to {control}")

    def _skip_to(self, control: Locator) -> None:
        """The first stop of a page leads past its head; whoever wants something of the head goes by."""
        if self._page.evaluate("document.activeElement.matches('.skip')") and control.first.evaluate(IS_BELOW):
            self._key("Enter")

    def _key(self, name: str) -> None:
        self._page.keyboard.press(name)
        self.pressed += 1
