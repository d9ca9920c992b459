import { CopyButton } from "../ui/CopyButton.tsx";

/** Code as it was written, with a button that copies it. */
export function CodeBlock({ text, language }: { text: string; language: string }) {
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-shade" dir="ltr">
      <div className="flex items-center justify-between ps-4 pe-1">
        <span className="font-mono text-xs text-soft">{language}</span>
        <CopyButton text={text} label="Copy code" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre className="overflow-x-auto px-4 pb-3 font-mono text-sm" tabIndex={0}>
        <code>{text}</code>
      </pre>
    </div>
  );
}
