using Microsoft.Extensions.Options;

namespace SseAspire.AppHost;

/// <summary>The application cannot start. The message names the cause and what to do, in one line.</summary>
internal sealed class StartException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Returns why the application cannot start, for exceptions whose cause the user can mend, else null.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        StartException or DistributedApplicationException or OptionsValidationException => exception.Message,
        // Kestrel's, of the dashboard: it has no type of its own.
        InvalidOperationException when exception.Message.StartsWith("Unable to configure HTTPS endpoint", StringComparison.Ordinal) =>
            "The dashboard's addresses are HTTPS, and this machine has no developer certificate. Create one with "
            + "'dotnet dev-certs https --trust', or use HTTP: dotnet run --project SseAspire.AppHost --launch-profile http",
        _ => null,
    };
}
