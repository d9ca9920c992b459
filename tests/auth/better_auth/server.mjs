// A real Better Auth server on a port of its own choosing: e-mail and password, and the jwt plugin.
// Its tables are in memory. It prints its address once it serves, and ends with its standard input.
//
// POST /test/rotate?key=old|gone is not Better Auth's: it ages the present keys, as time would do,
// past their rotation (`old`) or also past the grace period in which they are published (`gone`).

import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";

const ROTATION_S = 3600;
const GRACE_S = 600;

const [keyPair] = process.argv.slice(2);
const tables = { user: [], session: [], account: [], verification: [], jwks: [] };
const server = createServer((request, response) => handle(request, response));
let handle;

server.listen(0, "127.0.0.1", () => {
  const baseURL = `http://127.0.0.1:${server.address().port}`;
  const auth = betterAuth({
    baseURL,
    secret: "a secret of the tests, which signs nothing that counts",
    database: memoryAdapter(tables),
    emailAndPassword: { enabled: true },
    // Its own cache of sessions is signed with the same keys, as tokens of another type.
    session: { cookieCache: { enabled: true, strategy: "jwt" } },
    telemetry: { enabled: false },
    logger: { level: "error" },
    plugins: [
      jwt({
        sessionCookieCache: true,
        jwks: {
          keyPairConfig: keyPair ? JSON.parse(keyPair) : undefined,
          rotationInterval: ROTATION_S,
          gracePeriod: GRACE_S,
        },
      }),
    ],
  });
  const betterAuthHandler = toNodeHandler(auth);
  handle = (request, response) => {
    const url = new URL(request.url, baseURL);
    if (url.pathname !== "/test/rotate") return betterAuthHandler(request, response);
    age(url.searchParams.get("key") === "gone" ? GRACE_S + 1 : 1);
    response.writeHead(204).end();
  };
  console.log(baseURL);
});

process.stdin.on("end", () => process.exit(0)).resume();

/** Let the keys that have not expired yet be expired for so long. */
function age(seconds) {
  for (const key of tables.jwks) {
    if (key.expiresAt > new Date()) key.expiresAt = new Date(Date.now() - seconds * 1000);
    else if (seconds > GRACE_S) key.expiresAt = new Date(Date.now() - seconds * 1000);
  }
}
