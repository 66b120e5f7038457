using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using SseAspire.Api.Operations;
using SseAspire.Api.Telemetry;

namespace SseAspire.Api.Http;

/// <summary>What the OpenAPI document says of requests whose fields are read by hand.</summary>
internal static class Description
{
    /// <summary>What a WebSocket carries; nothing else tells a client of it.</summary>
    private const string WebSocketProtocol =
        """
        A WebSocket (RFC 6455, version 13) without subprotocol. Every message is text, a JSON object, and from the server:

        - `{"id":"…","topic":"…","type":"…","at":"…","data":"…"}`: an event. `id` resumes after it; `type` is null where none was published; `at` is ISO 8601 in UTC; `data` is the text that was published.
        - `{"gap":{"missed":3,"from":"…","to":"…"},"id":"…"}`: events are gone; `missed` is null where it cannot be known. `id` resumes after the gap.
        - `{"next":"…"}`: nothing was lost and nothing is new; `next` resumes from here. It opens the stream, and comes again after each silence of the heartbeat's time.

        **Resume** with `after=` and the last `id` or `next`. The server pings; a client that answers no ping is cut.

        The client sends nothing but its close. The server closes with a code and a reason:

        | code | why | what to do |
        |---|---|---|
        | 1001 | the stream has lasted as long as one may | resume at once |
        | 1003 | the client sent a message | do not |
        | 1008 | the reader is too slow | resume |
        | 1012 | the API stops | resume after a moment, with jitter |
        | 1013 | the hub is full, stops, or cannot reach its log | try again later |

        A reader that takes nothing at all is cut without a close. A page may open it whose origin is the API's own or among `Cors:Origins`; another is refused with 403. A wrong request is refused with 400 before the handshake, a request that is no handshake with 426.
        """;

    /// <summary>What the sums of <see cref="HubFigures"/> mean; its own fields are described by their schema.</summary>
    private const string Figures =
        """
        Counts are since the replicas started, rates of the last second. `connections`, `bytes`, `events.published`, `.delivered` and `.gaps` are added up; the events that replicas read (`events.received`) are the same ones, and counted once. `latency` is from publishing to writing, in the last second, null where nothing was written. `log` is the furthest position and the greatest lag, `window` the shortest of the replicas' windows. `connections.behind` counts readers that have not been given what was there for them a second ago, and how many events the last of them is behind.

        `topics` are the twenty on which most is written: of a topic `readers` get its events, of a pattern `readers` ask for it; `eventsPerSecond` is over about the last five seconds. They are taken from each replica's busiest fifty.

        What other replicas do is up to two seconds old. One that tells nothing for five seconds is gone. `complete` is false where they are not known, because Redis is away: then the document tells of the replica that was asked.
        """;

    public static RouteHandlerBuilder DescribeServerSentEvents(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Subscribe over Server-Sent Events")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .DescribeSubscription(
                "lastEventId",
                Query("envelope", "`true`: data is the JSON `{topic, type, at, data}`, with the event's other topics as `alternates` and, where its id is the publisher's own, its `place` in the log.", false, JsonSchemaType.Boolean),
                Query("heartbeat", "`event`: heartbeats are events that EventSource sees, and one opens the stream; `comment` otherwise.", false, JsonSchemaType.String));

    public static RouteHandlerBuilder DescribeWebSocket(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Subscribe over a WebSocket")
            .WithDescription(WebSocketProtocol)
            .Produces(StatusCodes.Status101SwitchingProtocols)
            .ProducesValidationProblem(StatusCodes.Status403Forbidden)
            .ProducesValidationProblem(StatusCodes.Status426UpgradeRequired)
            .DescribeSubscription("after");

    public static RouteHandlerBuilder DescribeLongPoll(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Read what there is after a cursor, held until something comes")
            .Produces<string>(StatusCodes.Status200OK, "application/json")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .DescribeSubscription(
                "after",
                Limit(),
                Query("wait", "How many seconds it is held at the most, 0 to 60; 25 where it is not given.", false, JsonSchemaType.Integer));

    public static RouteHandlerBuilder DescribePoll(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Read what there is after a cursor, at once")
            .Produces<string>(StatusCodes.Status200OK, "application/json")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .DescribeSubscription("after", Limit());

    private static RouteHandlerBuilder DescribeSubscription(
        this RouteHandlerBuilder endpoint, string cursor, params OpenApiParameter[] own) =>
        endpoint
            .ProducesValidationProblem()
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.Parameters =
                [
                    Query("topic", "A topic such as `news/earthquakes`, or a pattern: `*` is one level, a last `**` any depth; at most 16 levels, 4 of them `*`. Repeat it for more.", required: true, JsonSchemaType.String),
                    Query(cursor, "Resume after this id; `earliest` starts at the oldest event kept. Without it reading starts now. Given more than once, the last one counts. `Last-Event-ID` in any spelling (case, dashes, underscores) is accepted as well.", false, JsonSchemaType.String),
                    new OpenApiParameter
                    {
                        Name = "Last-Event-ID",
                        In = ParameterLocation.Header,
                        Description = $"The same as `{cursor}`, and wins over it.",
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                    Query("history", "Without a cursor: begin with so many of the newest events.", false, JsonSchemaType.Integer),
                    .. own,
                    Query("meter", "Count this request and the bytes of its connection under this name: 1 to 64 letters, digits, dots, underscores and hyphens. Only where operations are on and the name is announced (`POST /operations/meters`); otherwise it is served and not counted.", false, JsonSchemaType.String),
                ];
                return Task.CompletedTask;
            });

    public static RouteHandlerBuilder DescribePublishing(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Publish an event, or a JSON array of them in order, all or nothing")
            .Produces(StatusCodes.Status201Created, contentType: "application/json")
            .Produces(StatusCodes.Status200OK, contentType: "application/json")
            .ProducesValidationProblem()
            .ProducesValidationProblem(StatusCodes.Status401Unauthorized)
            .ProducesValidationProblem(StatusCodes.Status403Forbidden)
            .ProducesValidationProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesValidationProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                var schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "topic", "data" },
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["topic"] = Text("The topic; repeat it, or give an array, for alternates.", "notifications"),
                        ["data"] = Text("The payload, any text. JSON that is not a string is passed on as it is written.", "Hello"),
                        ["type"] = Text("What EventSource dispatches it as; `message` where it is not given. Not `error`, `open`, `gap` or `heartbeat`.", "notification"),
                        ["id"] = Text("An id of your own: readers see it and may resume from it.", null),
                        ["retry"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "Milliseconds a reader waits before it reconnects, from this event on: at most an hour." },
                    },
                };
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["application/x-www-form-urlencoded"] = new() { Schema = schema },
                        ["application/json"] = new() { Schema = schema },
                    },
                };
                return Task.CompletedTask;
            });

    public static RouteHandlerBuilder DescribeStats(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("What the hub is doing now, summed over its replicas")
            .WithDescription(Figures)
            .Produces<HubFigures>(StatusCodes.Status200OK)
            .ProducesValidationProblem()
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.Parameters = [Query("replica", "`self`: of the replica that is asked alone; of all of them where it is not given.", false, JsonSchemaType.String)];
                return Task.CompletedTask;
            });

    public static RouteHandlerBuilder DescribeStatsStream(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("What the hub is doing, once a second over Server-Sent Events")
            .WithDescription("Each second an event `stats`, whose data is the document of `GET /stats`. It counts against the limits of streams, and is none of the connections that it tells of.")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    public static RouteHandlerBuilder DescribeReceipts(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Tell when events were received, to be seen in traces and as a latency")
            .WithDescription("Few and small, as a page sends them: receipts of events that the hub's window does not have are ignored.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesValidationProblem()
            .ProducesValidationProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesValidationProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                var schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "transport", "clock", "receipts" },
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["transport"] = Text("How the events came: `sse`, `websocket`, `long_poll` or `poll`.", "sse"),
                        ["clock"] = Milliseconds("How far the hub's clock (`GET /events/clock`) is ahead of the sender's."),
                        ["receipts"] = new OpenApiSchema
                        {
                            Type = JsonSchemaType.Array,
                            MinItems = 1,
                            MaxItems = ReceiptReader.MaxReceipts,
                            Items = new OpenApiSchema
                            {
                                Type = JsonSchemaType.Object,
                                Required = new HashSet<string> { "id", "at" },
                                Properties = new Dictionary<string, IOpenApiSchema>
                                {
                                    ["id"] = Text("The event's id, as its reader saw it.", "1795363132834-1041"),
                                    ["at"] = Milliseconds("When it was received, by the sender's clock: Unix time."),
                                },
                            },
                        },
                    },
                };
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["application/json"] = new() { Schema = schema },
                        ["text/plain"] = new() { Schema = schema },
                    },
                };
                return Task.CompletedTask;
            });

    public static RouteHandlerBuilder DescribeDropping(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Cut every stream of every replica, or a share of them")
            .WithDescription(
                """
                `{"replicas":2,"answered":2,"dropped":340}`

                So many replicas were told, so many of them have answered within a second, and those have dropped so many streams.
                """)
            .DescribeOperation(
                StatusCodes.Status202Accepted,
                Query("share", "Which share of them, above 0 and up to 1, at random; all where it is not given.", false, JsonSchemaType.Number));

    public static RouteHandlerBuilder DescribeDraining(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Have the replica that is asked close its streams as it does before it stops, and begin anew")
            .WithDescription(
                """
                `{"replica":"api-7f9c:8080","streams":340,"seconds":20}`

                From now on `/health` is 503 and no stream is opened; those that are open are closed at an even rate over so many seconds, each between two events and with a `retry` of its own. Then the replica begins anew in the same process.
                """)
            .DescribeOperation(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict);

    public static RouteHandlerBuilder DescribeCutting(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Cut the connections of the requests that carry these meters, as if the network were gone")
            .DescribeOperation(
                StatusCodes.Status202Accepted,
                Meter(),
                Query("seconds", "For how long requests that carry them are cut on arrival, 0 to 60; 0 where it is not given.", false, JsonSchemaType.Integer));

    public static RouteHandlerBuilder DescribeRestarting(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Stop every replica and have it begin anew, with nothing of what it had in memory")
            .DescribeOperation(StatusCodes.Status202Accepted);

    public static RouteHandlerBuilder DescribeAnnouncing(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Have every replica count the requests that carry these meters")
            .WithDescription(
                """
                `{"replicas":2,"answered":2}`

                So many replicas were told, and so many of them have answered within a second: they count from now on. An announcement lasts until ten minutes after the last request that carries the meter. Requests that carry a meter which is not announced are served and not counted.
                """)
            .DescribeOperation(StatusCodes.Status202Accepted, Meter())
            .ProducesValidationProblem(StatusCodes.Status429TooManyRequests);

    public static RouteHandlerBuilder DescribeMeters(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("What all replicas have counted of the requests that carried these meters, as far as they were announced")
            .WithDescription(
                """
                `{"meters":{"a":{"requests":1,"connections":1,"bytesIn":400,"bytesOut":1234,"shared":false}},"cpuSeconds":12.3,"replicas":1}`

                Bytes are those on the wire, seen from the server: headers and framing included, over TLS as ciphertext. `connections` were used by the meter for the first time. `shared`: some requests came over HTTP/2, where a connection carries many, so that their bytes are not counted. `cpuSeconds` is the processor time, user and system, that the processes of all replicas have taken so far. What other replicas have counted may be a quarter of a second old. A meter is forgotten ten minutes after its last use.
                """)
            .DescribeOperation(StatusCodes.Status200OK, Meter());

    private static RouteHandlerBuilder DescribeOperation(this RouteHandlerBuilder endpoint, int status, params OpenApiParameter[] parameters) =>
        endpoint
            .Produces(status, contentType: "application/json")
            .ProducesValidationProblem()
            .ProducesValidationProblem(StatusCodes.Status401Unauthorized)
            .ProducesValidationProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.Parameters = parameters;
                return Task.CompletedTask;
            });

    private static OpenApiParameter Meter() =>
        Query("meter", "A meter. Repeat it for more.", required: true, JsonSchemaType.String);

    private static OpenApiParameter Limit() =>
        Query("limit", "The most events of one answer, 1 to 1000; 100 where it is not given.", false, JsonSchemaType.Integer);

    private static OpenApiSchema Text(string description, string? example) => new()
    {
        Type = JsonSchemaType.String,
        Description = description,
        Examples = example is null ? null : [JsonValue.Create(example)],
    };

    private static OpenApiSchema Milliseconds(string description) => new()
    {
        Type = JsonSchemaType.Number,
        Description = $"{description} In milliseconds.",
    };

    private static OpenApiParameter Query(string name, string description, bool required, JsonSchemaType type) => new()
    {
        Name = name,
        In = ParameterLocation.Query,
        Required = required,
        Description = description,
        Schema = new OpenApiSchema { Type = type },
    };
}
