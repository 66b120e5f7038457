using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace SseAspire.Api.Http;

/// <summary>What the OpenAPI document says of requests whose fields are read by hand.</summary>
internal static class Description
{
    public static RouteHandlerBuilder DescribeSubscription(
        this RouteHandlerBuilder endpoint, string summary, string cursor, string mediaType) =>
        endpoint
            .WithSummary(summary)
            .Produces<string>(StatusCodes.Status200OK, mediaType)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.Parameters =
                [
                    Query("topic", "A topic such as `news/earthquakes`, or a pattern: `*` is one level, a last `**` any depth. Repeat it for more.", required: true, JsonSchemaType.String),
                    Query(cursor, "Resume after this id; `earliest` starts at the oldest event kept. Without it reading starts now.", false, JsonSchemaType.String),
                    new OpenApiParameter
                    {
                        Name = "Last-Event-ID",
                        In = ParameterLocation.Header,
                        Description = $"The same as `{cursor}`, and wins over it.",
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                    Query("history", "Without a cursor: begin with so many of the newest events.", false, JsonSchemaType.Integer),
                    .. mediaType == "application/json"
                        ? new[] { Query("limit", "The most events of one answer, 1 to 1000.", false, JsonSchemaType.Integer) }
                        :
                        [
                            Query("envelope", "`true`: data is the JSON `{topic, type, at, data}`.", false, JsonSchemaType.Boolean),
                            Query("heartbeat", "`event`: heartbeats are events that EventSource sees; `comment` otherwise.", false, JsonSchemaType.String),
                        ],
                ];
                return Task.CompletedTask;
            });

    public static RouteHandlerBuilder DescribePublishing(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Publish an event, or a JSON array of them in order, all or nothing")
            .Produces(StatusCodes.Status201Created, contentType: "application/json")
            .ProducesValidationProblem()
            .ProducesValidationProblem(StatusCodes.Status401Unauthorized)
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
                        ["type"] = Text("What EventSource dispatches it as; `message` where it is not given.", "notification"),
                        ["id"] = Text("An id of your own: readers see it and may resume from it.", null),
                        ["retry"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "Milliseconds a reader waits before it reconnects, from this event on." },
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

    public static RouteHandlerBuilder DescribeDropping(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithSummary("Cut every stream of every replica, or a share of them")
            .Produces(StatusCodes.Status202Accepted, contentType: "application/json")
            .ProducesValidationProblem()
            .ProducesValidationProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.Parameters = [Query("share", "Which share of them, above 0 and up to 1, at random; all where it is not given.", false, JsonSchemaType.Number)];
                return Task.CompletedTask;
            });

    private static OpenApiSchema Text(string description, string? example) => new()
    {
        Type = JsonSchemaType.String,
        Description = description,
        Examples = example is null ? null : [JsonValue.Create(example)],
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
