using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Ends a service whose settings are not valid with a line on standard error that names them, and exit code 1,
/// instead of a stack trace and a crash.
/// </summary>
internal static partial class WrongSettings
{
    /// <summary>Registers for the process, once.</summary>
    public static void Report()
    {
        AppDomain.CurrentDomain.UnhandledException -= EndIfWrongSettings;
        AppDomain.CurrentDomain.UnhandledException += EndIfWrongSettings;
    }

    private static void EndIfWrongSettings(object sender, UnhandledExceptionEventArgs unhandled)
    {
        var reason = unhandled.ExceptionObject switch
        {
            OptionsValidationException wrong => string.Join(' ', wrong.Failures.Select(failure => Describe(failure, wrong.OptionsType))),
            // The binder has no exception of its own; its message names value and setting.
            InvalidOperationException { Message: var message } when message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) => message,
            _ => null,
        };
        if (reason is not null)
        {
            Console.Error.WriteLine($"Wrong setting: {reason}");
            Environment.Exit(1);
        }
    }

    /// <summary>Names the setting as it is set, <c>Hub:Heartbeat</c>, where the framework names a class and a property.</summary>
    private static string Describe(string failure, Type options)
    {
        var match = AnnotationFailure().Match(failure);
        var error = match.Success ? match.Groups["error"].Value : failure;
        return match.Success && options.GetField("Section")?.GetRawConstantValue() is string section && !error.StartsWith(section, StringComparison.Ordinal)
            ? $"{section}:{match.Groups["member"]}: {error}"
            : error;
    }

    [GeneratedRegex(@"^DataAnnotation validation failed for '.*' members: '(?<member>\w+)' with the error: '(?<error>.*)'\.$", RegexOptions.Singleline)]
    private static partial Regex AnnotationFailure();
}
