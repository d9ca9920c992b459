import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
} from "react";
import { ChatPanel } from "../chat/ChatPanel.tsx";
import { Examples } from "../chat/Welcome.tsx";
import { Notices } from "../Notices.tsx";
import { isAnswering } from "../state/chat.ts";
import { useStore } from "../state/store.ts";
import { IconButton, QuietButton } from "../ui/buttons.tsx";
import type { Look } from "./options.ts";
import type { Shell } from "./shell.ts";

const FLOATING =
  "bottom-20 h-160 max-h-[calc(100dvh-96px)] w-96 rounded-2xl border border-line shadow-xl";
const FLOATING_AT = { left: "left-4 right-auto", right: "right-4 left-auto" };
const FILLING = "inset-0 h-dvh max-h-none w-screen";

interface Shown {
  shell: Shell;
  look: Look;
  /** Whether it fills the screen. */
  isFull: boolean;
}

/** The chat in front of somebody's page: beside what is there, or all over a small screen. */
export function Panel({ shell, look, isFull }: Shown) {
  const { visit } = shell;
  const { chat, status } = useStore(visit);
  const dialog = useDialog(shell, isFull);

  // The focus waits at the panel until there is something to write in.
  useEffect(() => {
    const shown = dialog.current;
    if (chat === null || status !== "in" || shown === null) return;
    if (activeIn(shown) === shown) toBox(shown);
  }, [chat, status, dialog]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (chat !== null && isAnswering(chat.get())) void chat.stop();
    else shell.close();
  };

  return (
    <dialog
      ref={dialog}
      tabIndex={-1}
      aria-labelledby="title"
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        // A phone's way back, for which no key was pressed.
        event.preventDefault();
        shell.close();
      }}
      className={`rise fixed top-auto z-2147483000 m-0 flex max-w-none flex-col overflow-hidden overscroll-contain bg-paper text-ink outline-none ${
        isFull ? FILLING : `${FLOATING} ${FLOATING_AT[look.position]}`
      }`}
    >
      <header className="flex items-center gap-1 border-b border-line py-1 ps-4 pe-2">
        <h2 id="title" dir="auto" className="min-w-0 flex-1 truncate font-semibold">
          {look.title}
        </h2>
        {chat !== null && (
          <IconButton
            icon="plus"
            label="New chat"
            onClick={() => {
              void visit.beginAnew();
              toBox(dialog.current);
            }}
          />
        )}
        <IconButton icon="close" label="Close" onClick={() => shell.close()} />
      </header>
      <Notices />
      {chat === null ? (
        <Entrance shell={shell} />
      ) : (
        <>
          <ChatPanel
            key={chat.userId}
            chat={chat}
            takesFocus={false}
            empty={(say) => (
              <div className="m-auto flex w-full flex-col gap-4">
                <h3 className="text-xl font-semibold text-balance">What do you need to do?</h3>
                <Examples onSay={say} />
              </div>
            )}
          />
          <Refused shell={shell} />
        </>
      )}
    </dialog>
  );
}

/** What stands in the panel before there is a chat, or in its place. */
function Entrance({ shell }: { shell: Shell }) {
  const { status, failure } = useStore(shell.visit);
  if (status === "out") {
    return (
      <Stopped shell={shell}>
        You are not signed in here. Sign in to this site, then try again.
      </Stopped>
    );
  }
  if (status === "failed") return <Stopped shell={shell}>{failure?.message}</Stopped>;
  return (
    <p role="status" className="m-auto p-4 text-soft">
      Loading…
    </p>
  );
}

function Stopped({ shell, children }: { shell: Shell; children: ReactNode }) {
  return (
    <div role="alert" className="m-auto flex flex-col items-center gap-3 p-6 text-center">
      <p>{children}</p>
      <TryAgain shell={shell} />
    </div>
  );
}

/** Below a chat that cannot go on. */
function Refused({ shell }: { shell: Shell }) {
  const { status, failure } = useStore(shell.visit);
  if (status !== "out" && status !== "failed") return null;
  const why = status === "out" ? "You are not signed in here any more." : failure?.message;
  return (
    <div
      role="alert"
      className="flex items-center gap-3 border-t border-line bg-bad-wash px-4 py-2 text-sm text-bad"
    >
      <p className="min-w-0 flex-1">{why} What you have written is kept.</p>
      <TryAgain shell={shell} />
    </div>
  );
}

function TryAgain({ shell }: { shell: Shell }) {
  return (
    <QuietButton
      onClick={(event) => {
        // This button goes: the focus waits at the panel.
        event.currentTarget.closest("dialog")?.focus();
        void shell.visit.start();
      }}
    >
      Try again
    </QuietButton>
  );
}

/** One writes at once, but where that would bring up a keyboard on the screen. */
function toBox(dialog: HTMLDialogElement | null): void {
  if (!window.matchMedia("(pointer: coarse)").matches) dialog?.querySelector("textarea")?.focus();
}

/** Opens the panel in its way, and moves the focus in. */
function useDialog(shell: Shell, isFull: boolean): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  const focused = useRef<HTMLElement | null>(null);

  useLayoutEffect(() => {
    const shown = dialog.current;
    if (shown === null) return;
    // `show()` would take the focus from the host page, whoever has opened the panel.
    if (isFull) shown.showModal();
    else shown.open = true;
    if (focused.current !== null) focused.current.focus();
    else if (shell.isAsked || isFull) shown.focus();
    return () => {
      focused.current = activeIn(shown);
      shell.hadFocus = isFull || focused.current !== null;
      shown.close();
    };
  }, [isFull, shell]);

  return dialog;
}

/** What has the focus in the panel; null where that is elsewhere. */
function activeIn(dialog: HTMLDialogElement): HTMLElement | null {
  const { activeElement } = dialog.getRootNode() as ShadowRoot;
  return dialog.contains(activeElement) ? (activeElement as HTMLElement) : null;
}
