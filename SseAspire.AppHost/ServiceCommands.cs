using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace SseAspire.AppHost;

/// <summary>
/// The operations of the services as commands of the dashboard, each of which reports its result. For a developer's
/// machine only: they send no key.
/// </summary>
internal static class ServiceCommands
{
    /// <summary>Enables the API's operations and adds the commands "Drop all streams" and "Drain".</summary>
    public static IResourceBuilder<ProjectResource> WithHubCommands(this IResourceBuilder<ProjectResource> api) =>
        api.WithOperations()
            .WithOperation("drop", "Drop all streams", new HttpCommandOptions
            {
                Description = "Aborts every stream of every replica, as a network failure does. Readers reconnect and resume.",
                ConfirmationMessage = "Abort every stream of every replica?",
                IconName = "PlugDisconnected",
                IsHighlighted = true,
            }, answer => (int)answer["answered"]! == (int)answer["replicas"]!
                ? $"{Count(answer["replicas"], "replica")} dropped {Count(answer["dropped"], "stream")} in all."
                : $"{answer["answered"]} of {Count(answer["replicas"], "replica")} answered in time and dropped {Count(answer["dropped"], "stream")}.")
            .WithOperation("drain", "Drain", new HttpCommandOptions
            {
                Description = "Drains this replica as before a stop: it is not ready, opens no new streams and closes the open ones evenly. Then it starts again.",
                ConfirmationMessage = "Close the streams of this replica and start it again?",
                IconName = "ArrowExit",
                PrepareRequest = AskThisReplica,
            }, answer => $"Replica {answer["replica"]} closes {Count(answer["streams"], "stream")} over {answer["seconds"]} s, then starts again.");

    /// <summary>Enables the producer's operations and adds the commands "Burst of 1,000", "Pause" and "Resume".</summary>
    public static IResourceBuilder<ProjectResource> WithProducerCommands(this IResourceBuilder<ProjectResource> producer) =>
        producer.WithOperations()
            .WithOperation("burst", "Burst of 1,000", new HttpCommandOptions
            {
                Description = "Appends 1,000 events of the topic 'burst' as fast as the log takes them.",
                ConfirmationMessage = "Append 1,000 events of the topic 'burst'?",
                IconName = "Flash",
                IsHighlighted = true,
            }, answer => FormattableString.Invariant($"{answer["events"]} events were appended in {(double)answer["seconds"]!:0.###} s."))
            .WithOperation("pause", "Pause", new HttpCommandOptions
            {
                Description = "Pauses every source. Events that occur meanwhile stay upstream and are read on resume.",
                ConfirmationMessage = "Pause every source?",
                IconName = "Pause",
            }, answer => FormattableString.Invariant($"The sources are {answer["state"]} since {(DateTime)answer["since"]!:HH:mm:ss} UTC."))
            .WithOperation("resume", "Resume", new HttpCommandOptions
            {
                Description = "Continues the sources.",
                ConfirmationMessage = "Continue the sources?",
                IconName = "Play",
            }, answer => $"The sources are {answer["state"]}.");

    private static IResourceBuilder<ProjectResource> WithOperations(this IResourceBuilder<ProjectResource> service) =>
        service.WithEnvironment("Operations__Enabled", "true");

    private static IResourceBuilder<ProjectResource> WithOperation(
        this IResourceBuilder<ProjectResource> service, string name, string displayName, HttpCommandOptions options, Func<JsonObject, string> describe)
    {
        options.GetCommandResult = context => ReadResultAsync(context, describe);
        // Over HTTP in the profile https too: the command works with an untrusted certificate.
        return service.WithHttpCommand($"/operations/{name}", displayName, endpointName: "http", commandName: name, commandOptions: options);
    }

    private static async Task<ExecuteCommandResult> ReadResultAsync(HttpCommandResultContext context, Func<JsonObject, string> describe)
    {
        var response = context.Response;
        if (!response.IsSuccessStatusCode)
        {
            return CommandResults.Failure(
                $"The service answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(context.CancellationToken)}");
        }

        var done = describe((await response.Content.ReadFromJsonAsync<JsonObject>(context.CancellationToken))!);
        // The dashboard shows a message only among its notifications, and plain text with line numbers.
        return CommandResults.Success(done, done, CommandResultFormat.Markdown, displayImmediately: true);
    }

    private static string Count(JsonNode? number, string what) => (int)number! == 1 ? $"1 {what}" : $"{number} {what}s";

    /// <summary>
    /// Sends the request to the replica whose command was chosen. The endpoint leads to any of them; the environment of
    /// a replica has its own address.
    /// </summary>
    private static Task AskThisReplica(HttpCommandRequestContext context)
    {
        if (context.Services.GetRequiredService<ResourceNotificationService>().TryGetCurrentState(context.ResourceName, out var state)
            && state.Snapshot.EnvironmentVariables.FirstOrDefault(variable => variable.Name == "ASPNETCORE_URLS")?.Value is { } urls
            && urls.Split(';').FirstOrDefault(url => url.StartsWith("http:", StringComparison.Ordinal)) is { } own)
        {
            context.Request.RequestUri = new Uri(new Uri(own), context.Request.RequestUri!.PathAndQuery);
        }

        return Task.CompletedTask;
    }
}
