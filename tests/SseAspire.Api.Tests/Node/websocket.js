// Reads /events/websocket with Node's own WebSocket, as a page would, and prints the data of each event on a line.
let cursor = "";

function open() {
  const socket = new WebSocket(process.argv[2] + (cursor && `&after=${encodeURIComponent(cursor)}`));
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    cursor = message.id ?? message.next;
    if ("data" in message) {
      console.log(message.data);
    }
  };
  socket.onclose = () => setTimeout(open, 100);
}

open();
