// Reads an event stream with one of the clients in a process of Node.js: node run.js <client> <stream>.
const [client, stream] = process.argv.slice(2);
const { read } = await import(`./clients/${client}.js`);
read(stream, (line) => console.log(line));
