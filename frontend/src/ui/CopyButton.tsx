import { useState } from "react";
import { Icon } from "./Icon.tsx";

/** Copies a text, and says whether it did. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      // Only https pages and those of this machine may copy.
      setSaid("Select it to copy");
    }
    setTimeout(() => setSaid(""), 2_000);
  };
  return (
    <button
      type="button"
      onClick={() => void copy()}
      aria-label={label}
      className="inline-flex min-h-8 items-center gap-1 rounded-md px-2 text-xs text-soft hover:text-ink"
    >
      <Icon name={said === "Copied" ? "check" : "copy"} className="size-4" />
      <span role="status">{said || "Copy"}</span>
    </button>
  );
}
