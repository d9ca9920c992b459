import { type ReactNode, useLayoutEffect, useRef } from "react";

interface Shown {
  label: string;
  /** Where it comes in from; `center` for a dialog. */
  side: "start" | "end" | "center";
  onClose: () => void;
  /** False where only what is in it can close it. */
  canClose?: boolean;
  children: ReactNode;
}

const PLACES = {
  start: "me-auto h-dvh max-h-none w-80 max-w-[88vw] border-e",
  end: "ms-auto h-dvh max-h-none w-96 max-w-[92vw] border-s",
  center: "m-auto w-96 max-w-[92vw] rounded-2xl border",
};

/** Something in front of the page. The browser keeps the focus in it, and gives it back. */
export function Drawer({ label, side, onClose, canClose = true, children }: Shown) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed before it goes: else the browser does not give the focus back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (shown !== null && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        if (canClose) onClose();
      }}
      onClick={(event) => {
        if (canClose && event.target === event.currentTarget) onClose();
      }}
      className={`border-line bg-paper p-0 shadow-xl backdrop:bg-black/40 ${PLACES[side]}`}
    >
      {children}
    </dialog>
  );
}
