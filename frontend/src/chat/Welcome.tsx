import { CopyButton } from "../ui/CopyButton.tsx";

const EXAMPLES = [
  "Remind me to call the dentist tomorrow at 9",
  "Buy milk on Friday",
  "What is due this week?",
  "The milk is done",
];
const PLUG_IN = "TASKCHAT_MODEL=openai:gpt-4o-mini OPENAI_API_KEY=… ./run serve";

/** What can be said here, to click on, while nothing has been said. */
export function Welcome({
  isEmbedded,
  onSay,
}: {
  isEmbedded: boolean;
  onSay: (text: string) => void;
}) {
  return (
    <div className="m-auto flex w-full max-w-xl flex-col gap-6 py-4">
      <div>
        <h2 className="text-2xl font-semibold text-balance">What do you need to do?</h2>
        <p className="mt-1 text-soft">Say it in your own words. Your list is kept beside this.</p>
      </div>
      <Examples onSay={onSay} />
      {isEmbedded && (
        <details className="text-sm text-soft">
          <summary className="rounded-sm">
            The built-in assistant answers: rules, not an AI model. Plug one in
          </summary>
          <p className="mt-2">Start the server with a model of yours:</p>
          <div className="mt-1 flex items-center gap-1 rounded-lg border border-line bg-shade ps-3">
            <code className="min-w-0 flex-1 py-1 font-mono text-xs text-ink" dir="ltr">
              {PLUG_IN}
            </code>
            <CopyButton text={PLUG_IN} label="Copy the line" />
          </div>
        </details>
      )}
    </div>
  );
}

/** Sentences that say themselves when they are clicked. */
export function Examples({ onSay }: { onSay: (text: string) => void }) {
  return (
    <ul aria-label="For example" className="flex flex-col border-y border-line">
      {EXAMPLES.map((example) => (
        <li key={example} className="border-b border-line last:border-b-0">
          <button
            type="button"
            onClick={() => onSay(example)}
            className="min-h-12 w-full px-2 py-2 text-start hover:bg-shade"
          >
            {example}
          </button>
        </li>
      ))}
    </ul>
  );
}
