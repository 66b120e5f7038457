using System.Net;
using System.Text;

namespace SseAspire.Benchmarks.Load;

/// <summary>How a reader asks for its stream.</summary>
/// <param name="Path">With the query.</param>
/// <param name="LastEventId">What it resumes after, if anything.</param>
/// <param name="Gzip">Whether it takes the stream compressed.</param>
/// <param name="Negotiation">What is said before and after, if anything; each stream then has a path of its own.</param>
internal sealed record StreamRequest(string Path, string? LastEventId = null, bool Gzip = false, INegotiation? Negotiation = null)
{
    public byte[] To(IPEndPoint server) => Encoding.ASCII.GetBytes(
        $"GET {Path} HTTP/1.1\r\nHost: {server}\r\nAccept: text/event-stream\r\n"
        + (Gzip ? "Accept-Encoding: gzip\r\n" : "")
        + (LastEventId is null ? "" : $"Last-Event-ID: {LastEventId}\r\n")
        + "\r\n");
}
