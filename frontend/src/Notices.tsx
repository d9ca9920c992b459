import { useOnline } from "./state/online.ts";

/** What concerns the whole page. */
export function Notices() {
  const isOnline = useOnline();
  return (
    <div role="status">
      {!isOnline && (
        <p className="bg-bad-wash px-4 py-2 text-center text-sm text-bad">
          You are offline. What you write is kept, and goes on when the network is back.
        </p>
      )}
    </div>
  );
}
