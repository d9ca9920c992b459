import { Markdown } from "../markdown/Markdown.tsx";
import type { Chat } from "../state/chat.ts";
import { useStore } from "../state/store.ts";
import type { LiveTurn } from "../state/turn.ts";
import { LinkButton } from "../ui/buttons.tsx";
import { Icon } from "../ui/Icon.tsx";
import { AssistantRow } from "./MessageRow.tsx";
import { ReceiptList } from "./ReceiptList.tsx";

/** The reply that is coming, or why none came. What was said before an end is a message by then. */
export function LiveReply({ chat, live }: { chat: Chat; live: LiveTurn }) {
  const { isConnected, isStopping, messages } = useStore(chat);
  const isStored = messages.some((one) => one.role === "assistant" && one.turn_id === live.id);
  return (
    <AssistantRow>
      {!isStored && <ReceiptList calls={live.calls} />}
      {!isStored && live.text !== "" && (
        <div className={live.phase === "running" ? "*:last:*:last:caret" : ""}>
          <Markdown text={live.text} />
        </div>
      )}
      {live.phase === "running" && (
        <Working isConnected={isConnected} isStopping={isStopping} isSilent={live.text === ""} />
      )}
      {live.phase === "failed" && <FailedTurn chat={chat} live={live} />}
      {live.phase === "cancelled" && <p className="text-sm text-soft">Stopped.</p>}
    </AssistantRow>
  );
}

function Working(told: { isConnected: boolean; isStopping: boolean; isSilent: boolean }) {
  if (!told.isConnected) {
    return (
      <p className="mt-1 text-sm text-soft">
        The connection was lost. The reply goes on, and is shown here as soon as it is back.
      </p>
    );
  }
  if (told.isStopping) return <p className="mt-1 text-sm text-soft">Stopping…</p>;
  if (!told.isSilent) return null;
  return <p className="caret text-soft">Thinking</p>;
}

function FailedTurn({ chat, live }: { chat: Chat; live: LiveTurn }) {
  const { failure } = live;
  return (
    <div className="mt-1 flex flex-wrap items-center gap-x-2 rounded-lg bg-bad-wash px-3 py-2 text-bad">
      <Icon name="warn" />
      <p className="min-w-0">{failure?.error_message ?? "No answer came."}</p>
      {failure?.retryable && (
        <LinkButton className="text-bad!" onClick={() => void chat.retry()}>
          Try again
        </LinkButton>
      )}
    </div>
  );
}
