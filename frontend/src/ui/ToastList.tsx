import { useEffect, useState } from "react";
import { useStore } from "../state/store.ts";
import type { Toast, Toasts } from "../state/toasts.ts";
import { IconButton } from "./buttons.tsx";

const SHOWN_MS = 10_000;

/** The notes at the foot of the page. */
export function ToastList({ toasts }: { toasts: Toasts }) {
  const { toasts: shown } = useStore(toasts);
  return (
    <section
      aria-label="Notes"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-10 flex flex-col items-center gap-2 p-4"
    >
      <div role="status" className="flex flex-col items-center gap-2">
        {shown.map((toast) => (
          <Note key={toast.id} toast={toast} onClose={() => toasts.dismiss(toast.id)} />
        ))}
      </div>
    </section>
  );
}

/** Stays while somebody points at it or has the focus in it. */
function Note({ toast, onClose }: { toast: Toast; onClose: () => void }) {
  const [isHeld, setHeld] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: onClose is a new function each time
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(onClose, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isHeld]);
  const { action } = toast;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only waits while it is looked at
    <div
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className={`rise pointer-events-auto flex max-w-full items-center gap-2 rounded-xl border ps-4 pe-1 shadow-lg ${
        toast.isBad ? "border-bad bg-bad-wash text-bad" : "border-line bg-sheet"
      }`}
    >
      <span dir="auto" className="min-w-0 py-2">
        {toast.text}
      </span>
      {action !== null && (
        <button
          type="button"
          className="min-h-10 shrink-0 rounded-lg px-2 font-medium text-accent underline underline-offset-2"
          onClick={() => {
            action.run();
            onClose();
          }}
        >
          {action.label}
        </button>
      )}
      <IconButton icon="close" label="Put away" onClick={onClose} />
    </div>
  );
}
