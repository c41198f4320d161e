import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type ReactNode, useId } from "react";
import type { Category, ImportChoices, ImportPlan } from "../../http/imports";
import { fieldName, meaningName } from "./words";

interface MappingProps {
  plan: ImportPlan;
  choices: ImportChoices;
  onChoose: (more: ImportChoices) => void;
}

interface RowProps {
  name: string;
  hint?: ReactNode;
  doubtful?: boolean;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}

/** Something in the file, and what it is here. */
function Row({ name, hint, doubtful = false, value, onChange, children }: RowProps) {
  const id = useId();
  return (
    <li className={doubtful ? "doubtful" : ""}>
      <label htmlFor={id} title={name}>
        <span className="import-name">{name}</span>
        {hint && <span className="import-hint">{hint}</span>}
      </label>
      <select id={id} className="input" value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </li>
  );
}

const CATEGORIES: Category[] = ["waiting", "active", "done"];

/** The statuses of the file: what each means, or which one of the project it is. */
export function Statuses({ plan, choices, onChoose }: MappingProps) {
  if (plan.statuses.length === 0) return null;
  const put = (name: string, to: string) => onChoose({ statuses: { ...choices.statuses, [name]: to } });
  const made = new Set(plan.statuses.filter((status) => status.made).map((status) => status.key));
  const known = plan.project_id ? plan.board.filter((status) => !made.has(status.key)) : [];
  return (
    <section className="section">
      <h2>
        <Trans>Statuses</Trans>
      </h2>
      <ul className="import-map">
        {plan.statuses.map((status) => (
          <Row
            key={status.name}
            name={status.name}
            doubtful={!status.sure}
            hint={
              <>
                {plural(status.count, { one: "# task", other: "# tasks" })}
                {!status.sure && <em>{t`a guess`}</em>}
              </>
            }
            value={status.made || !plan.project_id ? status.category : status.key}
            onChange={(to) => put(status.name, to)}
          >
            {known.length > 0 && (
              <optgroup label={t`A status of the project`}>
                {known.map((one) => (
                  <option key={one.key} value={one.key}>
                    {one.name}
                  </option>
                ))}
              </optgroup>
            )}
            <optgroup label={plan.project_id ? t`A new status that means` : t`It means`}>
              {CATEGORIES.map((category) => (
                <option key={category} value={category}>
                  {meaningName(category)}
                </option>
              ))}
            </optgroup>
          </Row>
        ))}
      </ul>
    </section>
  );
}

/** People of the file: who each is here, chosen by hand. */
export function People({ plan, choices, onChoose }: MappingProps) {
  if (plan.people.length === 0) return null;
  const put = (people: Record<string, string>) => onChoose({ people: { ...choices.people, ...people } });
  const suggested = plan.people.filter((person) => person.suggested);
  const suggestions = Object.fromEntries(suggested.map((person) => [person.name, person.suggested ?? ""]));
  return (
    <section className="section">
      <h2>
        <Trans>People</Trans>
      </h2>
      <p className="section-hint">
        <Trans>
          Whoever is a member of the project can be assigned. The others stay in the description by name; invite them,
          then import the file again.
        </Trans>
      </p>
      {suggested.length > 0 && (
        <button type="button" className="button small" onClick={() => put(suggestions)}>
          {plural(suggested.length, { one: "Take # suggestion", other: "Take # suggestions" })}
        </button>
      )}
      <ul className="import-map">
        {plan.people.map((person) => (
          <Row
            key={person.name}
            name={person.name}
            hint={plural(person.count, { one: "# task", other: "# tasks" })}
            value={person.user_id ?? ""}
            onChange={(user) => put({ [person.name]: user })}
          >
            <option value="">{t`Nobody here`}</option>
            {plan.candidates.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
                {!one.member && ` (${t`no member`})`}
                {one.id === person.suggested && ` – ${t`same name`}`}
              </option>
            ))}
          </Row>
        ))}
      </ul>
    </section>
  );
}

/** The columns of a table: what each holds. */
export function Columns({ plan, choices, onChoose }: MappingProps) {
  if (plan.columns.length === 0) return null;
  const put = (header: string, field: string) => onChoose({ columns: { ...all(plan, choices), [header]: field } });
  const asked = plan.questions.some((question) => question.kind === "title");
  return (
    <section className="section">
      <details className="import-columns" open={asked || plan.columns.length <= 8}>
        <summary>
          <h2>
            <Trans>Columns of the table</Trans>
          </h2>
        </summary>
        <ul className="import-map">
          {plan.columns.map((column, index) => (
            <Row
              // biome-ignore lint/suspicious/noArrayIndexKey: columns may have one name, and none changes its place
              key={`${column.header} ${index}`}
              name={column.header}
              hint={column.examples[0]}
              value={column.field}
              onChange={(field) => put(column.header, field)}
            >
              <option value="">{t`Left out`}</option>
              {plan.fields.map((field) => (
                <option key={field} value={field}>
                  {fieldName(field)}
                </option>
              ))}
            </Row>
          ))}
        </ul>
      </details>
    </section>
  );
}

/** What was chosen; a column that is said to be another one's field is not taken twice by itself. */
function all(plan: ImportPlan, choices: ImportChoices): Record<string, string> {
  return Object.keys(choices.columns ?? {}).length > 0
    ? { ...choices.columns }
    : Object.fromEntries(plan.columns.filter((column) => column.field).map((column) => [column.header, column.field]));
}
