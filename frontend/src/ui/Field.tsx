import type { ReactNode } from "react";

/** The look of an input in a form. */
export const FIELD = "min-h-11 w-full rounded-lg border border-edge bg-sheet px-3 text-ink";

/** An input of a form, and what it is for. */
export function Field({
  label,
  hint,
  children,
}: {
  label: string;
  hint?: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: its control is among the children
    <label className="flex flex-col gap-1 text-sm">
      <span>
        {label} {hint && <span className="text-soft">({hint})</span>}
      </span>
      <span className="text-base">{children}</span>
    </label>
  );
}
