namespace SseAspire.Benchmarks.Servers;

/// <summary>What is measured.</summary>
internal enum ServerKind
{
    /// <summary>SseAspire.Api, with its broker.</summary>
    Hub,

    /// <summary>The same, telling a collector all that it can.</summary>
    Observed,

    /// <summary><c>TypedResults.ServerSentEvents</c> with a channel for each reader, as ASP.NET Core's own documentation shows it.</summary>
    Naive,

    /// <summary>Nchan, the module of nginx.</summary>
    Nchan,

    /// <summary>SignalR over its SSE transport.</summary>
    SignalR,

    /// <summary>better-sse on Node.js.</summary>
    BetterSse,
}
