namespace SseAspire.Web.Hub;

/// <summary>An event as the API's JSON transports carry it.</summary>
/// <param name="Id">Resumes a reader after this event.</param>
/// <param name="Topic">The canonical topic.</param>
/// <param name="Type">The event's type; null where the publisher gave none.</param>
/// <param name="At">When the publisher made it, to the millisecond.</param>
/// <param name="Data">The payload, as the publisher gave it.</param>
internal sealed record HubEvent(string Id, string Topic, string? Type, DateTimeOffset At, string Data);

/// <summary>The answer of <c>GET /events/poll</c>.</summary>
/// <param name="Next">The cursor after them.</param>
internal sealed record EventsAnswer(IReadOnlyList<HubEvent> Events, string Next);

/// <summary>The answer to a batch that was published.</summary>
internal sealed record PublishAnswer(IReadOnlyList<string> Ids);

/// <summary>The answer to what a visitor published: its id in the log, or what is wrong with it by the field's name.</summary>
internal sealed record VisitorPublication(string? Id, IReadOnlyDictionary<string, string[]>? Errors);
