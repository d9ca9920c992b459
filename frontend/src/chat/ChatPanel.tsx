import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { type Chat, isAnswering } from "../state/chat.ts";
import { keepDraft, keptDraft } from "../state/kept.ts";
import { useStore } from "../state/store.ts";
import { Composer } from "./Composer.tsx";
import { MessageList } from "./MessageList.tsx";

interface Shown {
  chat: Chat;
  /** What stands here while nothing has been said; it may say something for the user. */
  empty: (say: (text: string) => void) => ReactNode;
  /** Whether one writes at once, without going there: where the chat is what somebody came for. */
  takesFocus?: boolean;
}

/** A conversation and where one writes: all that a chat is, wherever it is put. */
export function ChatPanel({ chat, empty, takesFocus = true }: Shown) {
  const state = useStore(chat);
  const { conversationId, outgoing } = state;
  const [text, setText] = useState(() => keptDraft(chat.userId, conversationId));
  const box = useRef<HTMLTextAreaElement>(null);

  // Another conversation has a draft of its own.
  const shown = useRef(conversationId);
  useEffect(() => {
    if (shown.current !== conversationId) setText(keptDraft(chat.userId, conversationId));
    shown.current = conversationId;
    if (takesFocus && !window.matchMedia("(pointer: coarse)").matches) box.current?.focus();
  }, [chat, conversationId, takesFocus]);

  const onText = useCallback(
    (next: string) => {
      setText(next);
      keepDraft(chat.userId, chat.get().conversationId, next);
    },
    [chat],
  );

  const say = useCallback((words: string) => void chat.send(words), [chat]);

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <MessageList
        chat={chat}
        empty={empty(say)}
        onTakenBack={(taken) => {
          onText(taken);
          box.current?.focus();
        }}
      />
      <Composer
        box={box}
        text={text}
        onText={onText}
        isBusy={isAnswering(state)}
        isBlocked={outgoing !== null}
        onStop={() => void chat.stop()}
        onSend={() => {
          say(text);
          onText("");
        }}
      />
    </div>
  );
}
