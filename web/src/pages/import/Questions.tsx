import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { ImportChoices, ImportPlan, ImportQuestion } from "../../http/imports";
import { Icon } from "../../ui/icons";

interface QuestionsProps {
  plan: ImportPlan;
  choices: ImportChoices;
  onChoose: (more: ImportChoices) => void;
}

/** What nobody can know but whoever imports. */
export function Questions({ plan, choices, onChoose }: QuestionsProps) {
  return plan.questions.map((question) => (
    <Question
      key={`${question.kind} ${question.where}`}
      question={question}
      onAnswer={(answer) => onChoose(chosen(question, answer, choices))}
    />
  ));
}

function chosen(question: ImportQuestion, answer: string, choices: ImportChoices): ImportChoices {
  switch (question.kind) {
    case "date_order":
      return { date_order: answer };
    case "encoding":
      return { encoding: answer };
    case "board":
      return { board: answer };
    case "title":
      return { columns: { ...choices.columns, [answer]: "title" } };
  }
}

function asked(question: ImportQuestion): string {
  switch (question.kind) {
    case "date_order":
      return t`What comes first in the dates of “${question.where}”?`;
    case "encoding":
      return t`How is this text written?`;
    case "board":
      return t`The file has several boards. Which one?`;
    case "title":
      return t`Which column is the title?`;
  }
}

function optionName(option: string): string {
  const names: Record<string, string> = {
    day: t`The day`,
    month: t`The month`,
    cp949: t`Korean (CP949)`,
    cp932: t`Japanese (Shift-JIS)`,
    cp1252: t`Western European (Windows-1252)`,
  };
  return names[option] ?? option;
}

function Question({ question, onAnswer }: { question: ImportQuestion; onAnswer: (answer: string) => void }) {
  return (
    <section className="import-question" aria-label={asked(question)}>
      <Icon name="warn" />
      <div>
        <h2>{asked(question)}</h2>
        {question.examples.length > 0 && (
          <p className="section-hint">
            <Trans>In the file: {question.examples.join(", ")}</Trans>
          </p>
        )}
        <div className="section-actions">
          {question.options.map((option) => (
            <button key={option} type="button" className="button" onClick={() => onAnswer(option)}>
              {optionName(option)}
            </button>
          ))}
        </div>
      </div>
    </section>
  );
}
