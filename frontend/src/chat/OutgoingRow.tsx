import type { Chat } from "../state/chat.ts";
import { useStore } from "../state/store.ts";
import { LinkButton } from "../ui/buttons.tsx";
import { UserRow } from "./MessageRow.tsx";

/** A message that the server has not taken yet, and what can be done about it. */
export function OutgoingRow({
  chat,
  onTakenBack,
}: {
  chat: Chat;
  onTakenBack: (text: string) => void;
}) {
  const { outgoing, sendFailure } = useStore(chat);
  if (outgoing === null) return null;
  return (
    <UserRow text={outgoing.text}>
      {sendFailure === null ? (
        <span className="text-sm text-soft">Sending…</span>
      ) : (
        <div role="alert" className="flex flex-wrap justify-end gap-x-3 text-sm text-bad">
          <span>
            Not sent. {sendFailure.message}
            {sendFailure.retryAfterS !== null && ` Try again in ${sendFailure.retryAfterS} s.`}
          </span>
          <LinkButton className="min-h-6 text-bad!" onClick={() => void chat.resend()}>
            Send again
          </LinkButton>
          <LinkButton className="min-h-6 text-bad!" onClick={() => onTakenBack(chat.takeBack())}>
            Edit
          </LinkButton>
        </div>
      )}
    </UserRow>
  );
}
