import { resolve } from "../model/schema";
import { Faults } from "./Faults";
import { faults, type FieldGiven, type FieldProps } from "./props";
import { isComposite, widgetFor } from "./widgets";

/** One field: its label above, the widget its schema asks for, help below, what is wrong with it. */
export function Field({ schema: raw, bare, ...given }: FieldGiven) {
  const { schema, nullable } = resolve(raw, given.root);
  const props: FieldProps = { ...given, schema, nullable, Part: Field };
  const Widget = widgetFor(schema, nullable);
  const composite = isComposite(schema, nullable);
  const wrong = faults(given.problems, given.path, !composite);
  if (bare !== undefined) {
    return (
      <div className="ed-field" data-field={given.path}>
        <Widget {...props} label={bare} />
        <Faults id={given.id} problems={wrong} />
      </div>
    );
  }
  const title = schema.title ?? given.path;
  const label = (
    <>
      {title}
      {given.required ? <span className="ed-required" aria-hidden="true"> *</span> : null}
    </>
  );
  const help = schema.description ? <div id={`${given.id}-help`} className="form-text">{schema.description}</div> : null;
  if (composite) {
    return (
      <fieldset className="ed-field" data-field={given.path}>
        <legend className="form-label">{label}</legend>
        <Widget {...props} label={title} />
        {help}
        <Faults id={given.id} problems={wrong} />
      </fieldset>
    );
  }
  const single = schema.type === "boolean" && !nullable;
  return (
    <div className="ed-field" data-field={given.path}>
      {single ? null : <label className="form-label" htmlFor={given.id}>{label}</label>}
      <Widget {...props} label={title} />
      {help}
      <Faults id={given.id} problems={wrong} />
    </div>
  );
}
