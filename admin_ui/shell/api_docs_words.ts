// Swagger UI speaks English only. Its plugins may wrap its components: what they draw passes by here, and their own
// words are put into the page's language. Names, paths and descriptions of the API are not theirs, and stay.
import { t } from "../editor/texts";

/** What is drawn: React's elements, as far as they matter here. */
interface Drawn {
  type: unknown;
  key: string | null;
  props: Record<string, unknown> & { children?: unknown };
}

interface Library {
  createElement: (type: unknown, props: Record<string, unknown>) => Drawn;
  cloneElement: (drawn: Drawn, props: Record<string, unknown>) => Drawn;
  isValidElement: (drawn: unknown) => boolean;
}

type Component = ((props: unknown) => unknown) & { prototype?: { isReactComponent?: unknown }; displayName?: string };
declare class Whole {
  constructor(...given: unknown[]);
  render(): unknown;
}
type Wrapper = (original: Component, system: { React: Library }) => unknown;

const ATTRIBUTES = ["placeholder", "title", "aria-label"];
const SAYING = [
  "FilterContainer", "TryItOutButton", "execute", "clear", "parameters", "parameterRow", "ParameterIncludeEmpty", "responses",
  "response", "liveResponse", "responseBody", "curl", "contentType", "operation", "headers", "RequestBody", "ModelExample",
  "modelExample", "Example", "ExamplesSelect", "HighlightCode", "errors", "BaseLayout", "CopyToClipboardBtn", "OperationSummary",
];

function catalogue(): Map<string, string> {
  return new Map([
    ["Filter by tag", t("Filter by tag")],
    ["Filter by tag or path", t("Filter by tag or path")],
    ["Try it out", t("Try it out")],
    ["Cancel", t("Cancel")],
    ["Reset", t("Reset")],
    ["Execute", t("Execute")],
    ["Clear", t("Clear")],
    ["Parameters", t("Parameters")],
    ["No parameters", t("No parameters")],
    ["Name", t("Name")],
    ["Description", t("Description")],
    ["Default value", t("Default value")],
    ["Available values", t("Available values")],
    ["Example", t("Example")],
    ["Examples:", t("Examples:")],
    ["Example Value", t("Example Value")],
    ["Example Description", t("Example Description")],
    ["Schema", t("Schema")],
    ["Model", t("Model")],
    ["Send empty value", t("Send empty value")],
    ["required", t("required")],
    ["Request body", t("Request body")],
    ["Responses", t("Responses")],
    ["Response content type", t("Response content type")],
    ["Server response", t("Server response")],
    ["Response body", t("Response body")],
    ["Response headers", t("Response headers")],
    ["Request duration", t("Request duration")],
    ["Request URL", t("Request URL")],
    ["Code", t("Code")],
    ["Details", t("Details")],
    ["Undocumented", t("Undocumented")],
    ["Media type", t("Media type")],
    ["Headers:", t("Headers:")],
    ["Type", t("Type")],
    ["Download", t("Download")],
    ["Copy to clipboard", t("Copy to clipboard")],
    ["Errors", t("Errors")],
    ["Find more details", t("Find more details")],
    ["Warning: Deprecated", t("Warning: Deprecated")],
    ["Please correct the following validation errors and try again.", t("Please correct the following validation errors and try again.")],
    ["No API definition provided.", t("No API definition provided.")],
    ["Failed to load API definition.", t("Failed to load API definition.")],
  ]);
}

/** Puts what components draw into the page's language; what has no words of the library stays the same object. */
class Interpreter {
  private readonly wrapped = new WeakMap<Component, unknown>();

  constructor(
    private readonly known: Map<string, string>,
    private readonly react: Library,
  ) {}

  /** The component that draws the same in our words; the same one each time, so that it is not mounted anew. */
  of(original: Component): unknown {
    const made = this.wrapped.get(original) ?? this.wrap(original);
    this.wrapped.set(original, made);
    return made;
  }

  private wrap(original: Component): unknown {
    const interpreter = this;
    if (!original.prototype?.isReactComponent) return (props: unknown) => interpreter.translate(original(props));
    const fenced = original.displayName?.startsWith("WithErrorBoundary(");
    return class extends (original as unknown as typeof Whole) {
      override render(): unknown {
        return fenced ? interpreter.within(super.render()) : interpreter.translate(super.render());
      }
    };
  }

  /** A fence around a component that may fail: the component is inside it. */
  private within(fence: unknown): unknown {
    const inner = this.react.isValidElement(fence) ? (fence as Drawn).props.children : null;
    if (!this.react.isValidElement(inner)) return fence;
    return this.react.cloneElement(fence as Drawn, { children: this.drawnBy(inner as Drawn) });
  }

  private drawnBy({ type, key, props }: Drawn): Drawn {
    return this.react.createElement(this.of(type as Component), { ...props, key });
  }

  private translate(drawn: unknown): unknown {
    if (typeof drawn === "string") return this.said(drawn);
    if (Array.isArray(drawn)) {
      const all = drawn.map((one) => this.translate(one));
      return all.some((one, place) => one !== drawn[place]) ? all : drawn;
    }
    if (!this.react.isValidElement(drawn)) return drawn;
    const element = drawn as Drawn;
    if (isInner(element)) return this.drawnBy(element);
    const change: Record<string, unknown> = {};
    for (const name of ATTRIBUTES) {
      const value = element.props[name];
      if (typeof value === "string" && this.said(value) !== value) change[name] = this.said(value);
    }
    const children = this.translate(element.props.children);
    if (children !== element.props.children) change.children = children;
    return Object.keys(change).length ? this.react.cloneElement(element, change) : element;
  }

  private said(text: string): string {
    const plain = text.trim();
    const own = this.known.get(plain);
    return own === undefined ? text : text.replace(plain, own);
  }
}

/** The parts that a response has for itself, and plugins cannot wrap: its headers, its duration. */
function isInner({ type, props }: Drawn): boolean {
  return typeof type === "function" && Object.keys(props).length === 1 && (Array.isArray(props.headers) || typeof props.duration === "number");
}

/** A plugin by which Swagger UI speaks the page's language. */
export function inOurWords(): { wrapComponents: Record<string, Wrapper> } {
  const known = catalogue();
  let interpreter: Interpreter | null = null;
  const wrap: Wrapper = (original, { React }) => (interpreter ??= new Interpreter(known, React)).of(original);
  return { wrapComponents: Object.fromEntries(SAYING.map((name) => [name, wrap])) };
}
