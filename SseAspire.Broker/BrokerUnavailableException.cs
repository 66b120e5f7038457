using System.Net.Sockets;
using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>
/// The log cannot be reached now, or refuses. Reads may be repeated as they are; an append that ended so
/// may or may not have reached the log, unless it was refused.
/// </summary>
public sealed class BrokerUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The word by which the log refuses, such as <c>OOM</c>; null where it cannot be reached.</summary>
    public string? Refusal { get; init; }

    /// <summary>
    /// Whether a failure is Redis' and may pass: the connection, the time, and all that a server answers
    /// while it is loading, failing over, out of memory or of disk.
    /// </summary>
    /// <remarks>
    /// The client means to wrap what a connection throws while it is torn down, and now and then lets it
    /// through: the socket's own exception, that its writer was completed, or that it cancelled the command
    /// by itself. So a caller with a token of its own asks that first. An <see cref="InvalidOperationException"/> counts
    /// only where the client or its pipes have thrown it: anybody else's is a defect.
    /// </remarks>
    public static bool Covers(Exception e) =>
        e is RedisException or RedisCommandException or TimeoutException or IOException or SocketException
            or OperationCanceledException
        || (e is InvalidOperationException && e.Source is "StackExchange.Redis" or "System.IO.Pipelines" or "Pipelines.Sockets.Unofficial");
}
