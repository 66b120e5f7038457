namespace SseAspire.AppHost.Local;

/// <summary>A part that runs as a process of its own: what Aspire calls a project resource.</summary>
/// <param name="Name">The name in the console, in telemetry and in service discovery.</param>
/// <param name="Project">The name of its project, which is also its assembly's.</param>
/// <param name="Url">Where it listens.</param>
internal sealed record Service(string Name, string Project, string Url)
{
    /// <summary>Answers 200 as soon as the service is ready.</summary>
    public string ReadyPath { get; init; } = "/health";

    /// <summary>Environment variables beside those that every service gets.</summary>
    public Dictionary<string, string> Environment { get; } = [];
}
