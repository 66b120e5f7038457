using System.Reflection;

namespace SseAspire.AppHost;

/// <summary>
/// Starts a service from what the build of the AppHost has built. Aspire's default is <c>dotnet run</c> for each
/// replica, which evaluates the project again: one more process of 130 MB and several seconds for each.
/// </summary>
internal static class BuiltService
{
    /// <summary>
    /// Starts the executable of the service's build output. <c>dotnet run</c> remains where there is none, and where
    /// <c>dotnet watch</c> must build the service again. Under a debugger the IDE starts the service in any case.
    /// </summary>
    public static IResourceBuilder<ProjectResource> StartedFromBuildOutput(this IResourceBuilder<ProjectResource> service)
    {
        var application = service.ApplicationBuilder;
        if (application.ExecutionContext.IsPublishMode || application.Configuration["DOTNET_WATCH"] is not null)
        {
            return service;
        }

        var project = service.Resource.GetProjectMetadata().ProjectPath;
        var folder = Path.GetDirectoryName(project)!;
        var name = Path.GetFileNameWithoutExtension(project);
        var executable = Path.Combine(folder, BuildOutput, OperatingSystem.IsWindows() ? $"{name}.exe" : name);
        return File.Exists(executable)
            ? service.WithAnnotation(new ExecutableAnnotation { Command = executable, WorkingDirectory = folder })
            : service;
    }

    /// <summary>The folder of the build output below a project's folder, the same for all of them: set by the project file.</summary>
    private static string BuildOutput =>
        typeof(BuiltService).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(known => known.Key == nameof(BuildOutput)).Value!;
}
