import { type ReactNode, useState } from "react";
import { failureFrom } from "../api/failure.ts";
import type { ExportForm, Session } from "../state/session.ts";
import { QuietButton } from "../ui/buttons.tsx";
import { Drawer } from "../ui/Drawer.tsx";
import { saveFile } from "../ui/saveFile.ts";

interface Shown {
  session: Session;
  onPassword: () => void;
  onDelete: () => void;
  onDownloaded: () => void;
  onClose: () => void;
}

/** What people can do with their account: its password, their data, its end. */
export function AccountDialog({ session, onPassword, onDelete, onDownloaded, onClose }: Shown) {
  const { user } = session.get();
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);

  const download = async (form: ExportForm) => {
    setBusy(true);
    setProblem("");
    try {
      await saveFile(await session.everything(form));
      onDownloaded();
    } catch (error) {
      setProblem(failureFrom(error).message);
      setBusy(false);
    }
  };

  return (
    <Drawer side="center" label="Your account" onClose={onClose}>
      <div className="flex flex-col gap-4 p-6">
        <h2 className="text-xl font-semibold">Your account</h2>
        {session.isLocal && user?.email && (
          <QuietButton onClick={onPassword}>Change the password</QuietButton>
        )}
        <Group about="Tasks, conversations and all else that is stored of you.">
          <QuietButton disabled={isBusy} onClick={() => void download("json")}>
            Download my data
          </QuietButton>
          <QuietButton disabled={isBusy} onClick={() => void download("text")}>
            Download my data as text
          </QuietButton>
        </Group>
        <p role="alert" className="text-bad empty:hidden">
          {problem}
        </p>
        <QuietButton className="text-bad" onClick={onDelete}>
          Delete my account
        </QuietButton>
        <div className="flex justify-end">
          <QuietButton onClick={onClose}>Close</QuietButton>
        </div>
      </div>
    </Drawer>
  );
}

function Group({ about, children }: { about: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-2">
      {children}
      <p className="text-sm text-soft">{about}</p>
    </div>
  );
}
