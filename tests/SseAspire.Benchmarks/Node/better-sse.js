// Fans out with better-sse, as its documentation shows it: one channel, a session for each reader. Started by the
// benchmarks with the port as its argument; ends with their end of standard input.
import { createServer } from 'node:http';
import { createChannel, createSession } from 'better-sse';

const channel = createChannel();

const server = createServer(async (request, response) => {
  switch (`${request.method} ${request.url}`) {
    case 'GET /health':
      response.end('Healthy');
      break;
    case 'GET /readers':
      response.end(String(channel.sessionCount));
      break;
    case 'GET /events':
      channel.register(await createSession(request, response));
      break;
    case 'POST /events': {
      let body = '';
      for await (const piece of request) {
        body += piece;
      }

      for (const { data } of JSON.parse(body)) {
        channel.broadcast(data);
      }

      response.writeHead(201).end();
      break;
    }
    default:
      response.writeHead(404).end();
  }
});

// The readers connect at once: the usual queue of 511 would have some of them try again after a second.
server.listen({ host: '127.0.0.1', port: Number(process.argv[2]), backlog: 4096 });
process.stdin.resume();
process.stdin.on('end', () => process.exit(1));
