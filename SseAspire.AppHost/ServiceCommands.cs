using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace SseAspire.AppHost;

/// <summary>
/// The operations of the services as commands in the dashboard, each of which says what it has done. For a
/// developer's machine alone: they show no key.
/// </summary>
internal static class ServiceCommands
{
    /// <summary>Switches the API's operations on and offers "Drop all streams" and "Drain".</summary>
    public static IResourceBuilder<ProjectResource> WithHubCommands(this IResourceBuilder<ProjectResource> api) =>
        api.WithOperations()
            .WithOperation("drop", "Drop all streams", new HttpCommandOptions
            {
                Description = "Cuts every stream of every replica, as a network that fails would. Readers come back by themselves and resume.",
                ConfirmationMessage = "Cut every stream of every replica?",
                IconName = "PlugDisconnected",
                IsHighlighted = true,
            }, answer => (int)answer["answered"]! == (int)answer["replicas"]!
                ? $"{Count(answer["replicas"], "replica")} dropped {Count(answer["dropped"], "stream")} in all."
                : $"{answer["answered"]} of {Count(answer["replicas"], "replica")} answered in time and dropped {Count(answer["dropped"], "stream")}.")
            .WithOperation("drain", "Drain", new HttpCommandOptions
            {
                Description = "Has this replica leave as it does before it stops: not ready, no new streams, those that are open closed one after the other. Then it begins anew.",
                ConfirmationMessage = "Close the streams of this replica and have it begin anew?",
                IconName = "ArrowExit",
                PrepareRequest = AskThisReplica,
            }, answer => $"Replica {answer["replica"]} closes {Count(answer["streams"], "stream")} over {answer["seconds"]} s, then begins anew.");

    /// <summary>Switches the producer's operations on and offers "Burst of 1,000", "Pause" and "Resume".</summary>
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
                Description = "Has every source pause. What happens meanwhile stays upstream and is read on resume.",
                ConfirmationMessage = "Pause every source?",
                IconName = "Pause",
            }, answer => FormattableString.Invariant($"The sources are {answer["state"]} since {(DateTime)answer["since"]!:HH:mm:ss} UTC."))
            .WithOperation("resume", "Resume", new HttpCommandOptions
            {
                Description = "Has the sources go on.",
                ConfirmationMessage = "Have the sources go on?",
                IconName = "Play",
            }, answer => $"The sources are {answer["state"]}.");

    private static IResourceBuilder<ProjectResource> WithOperations(this IResourceBuilder<ProjectResource> service) =>
        service.WithEnvironment("Operations__Enabled", "true");

    private static IResourceBuilder<ProjectResource> WithOperation(
        this IResourceBuilder<ProjectResource> service, string name, string displayName, HttpCommandOptions options, Func<JsonObject, string> describe)
    {
        options.GetCommandResult = context => ReadResultAsync(context, describe);
        // Over HTTP under the profile https too: nothing here depends on whether the certificate is trusted.
        return service.WithHttpCommand($"/operations/{name}", displayName, endpointName: "http", commandName: name, commandOptions: options);
    }

    private static async Task<ExecuteCommandResult> ReadResultAsync(HttpCommandResultContext context, Func<JsonObject, string> describe)
    {
        var response = context.Response;
        if (!response.IsSuccessStatusCode)
        {
            return CommandResults.Failure(
                $"It answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(context.CancellationToken)}");
        }

        var done = describe((await response.Content.ReadFromJsonAsync<JsonObject>(context.CancellationToken))!);
        // A message alone is shown only among the notifications, which nobody has open; plain text with line numbers.
        return CommandResults.Success(done, done, CommandResultFormat.Markdown, displayImmediately: true);
    }

    private static string Count(JsonNode? number, string what) => (int)number! == 1 ? $"1 {what}" : $"{number} {what}s";

    /// <summary>
    /// Sends the request to the replica whose command was chosen. The endpoint leads to any of them; where each
    /// listens itself is told by the environment that it was started with.
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
