/** The web client of a stand-in host: all its URLs are relative, so it works under any base path. */
export const PAGE = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>stand-in</title></head>
  <body><p id="desktop">connecting</p><script src="app.js"></script></body>
</html>
`;

/** Takes the token from the page's own query and the session id from its fragment, as DCV's web client does. */
export const APP_SCRIPT = `'use strict';
const shown = document.getElementById('desktop');
const authToken = new URLSearchParams(location.search).get('authToken');
const sessionId = decodeURIComponent(location.hash.slice(1));

function open(name, query, greeting, hear) {
  const url = new URL(name + query, location.href);
  url.protocol = 'wss:';
  const socket = new WebSocket(url, 'dcv');
  socket.onopen = () => socket.send(JSON.stringify(greeting));
  socket.onmessage = ({ data }) => hear(JSON.parse(data));
  socket.onerror = () => (shown.textContent = 'no connection: ' + name);
}

if (!authToken) {
  shown.textContent = 'no token: ask for a link';
} else {
  const query = '?authToken=' + encodeURIComponent(authToken);
  open('auth', query, { sessionId, authToken }, ({ auth, ticket, message }) => {
    if (auth !== 'yes') shown.textContent = 'refused: ' + message;
    else open('ws', '', { sessionId, ticket }, ({ host, user }) => {
      shown.textContent = 'desktop of ' + user + ' on ' + host;
    });
  });
}
`;
