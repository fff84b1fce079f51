using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace Gitproc.Files;

/// <summary>Who may do what with a folder on Windows, where access lists take the place of modes.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsAccess
{
    private const FileSystemRights Reading = FileSystemRights.ListDirectory | FileSystemRights.Traverse;

    // What lets somebody put something into the folder, or in the place of what is in it.
    private const FileSystemRights Writing = FileSystemRights.CreateFiles
        | FileSystemRights.CreateDirectories
        | FileSystemRights.Delete
        | FileSystemRights.DeleteSubdirectoriesAndFiles
        | FileSystemRights.ChangePermissions
        | FileSystemRights.TakeOwnership;

    // Groups that nobody has chosen the members of.
    private static readonly WellKnownSidType[] Anybody =
    [
        WellKnownSidType.WorldSid,
        WellKnownSidType.AuthenticatedUserSid,
        WellKnownSidType.BuiltinUsersSid,
        WellKnownSidType.BuiltinGuestsSid,
        WellKnownSidType.AnonymousSid,
        WellKnownSidType.InteractiveSid,
        WellKnownSidType.NetworkSid,
    ];

    /// <summary>
    /// Creates a folder that is the user's alone, with all that will be in it. A profile is, but a folder at the top of
    /// a drive is everybody's. The system and administrators have access, as to a profile. A folder that exists stays
    /// as it is.
    /// </summary>
    public static void CreatePrivate(string path)
    {
        if (Directory.Exists(path))
            return;
        using var user = WindowsIdentity.GetCurrent();
        var access = new DirectorySecurity();
        // Otherwise what an elevated administrator creates belongs to the administrators.
        access.SetOwner(user.User!);
        access.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (var allowed in (IEnumerable<SecurityIdentifier>)
            [user.User!, Known(WellKnownSidType.LocalSystemSid), Known(WellKnownSidType.BuiltinAdministratorsSid)])
        {
            access.AddAccessRule(
                new FileSystemAccessRule(
                    allowed,
                    FileSystemRights.FullControl,
                    InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit,
                    PropagationFlags.None,
                    AccessControlType.Allow));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        new DirectoryInfo(path).Create(access);
    }

    /// <summary>The command that makes a folder the user's alone.</summary>
    public static string MakePrivate(string path)
    {
        using var user = WindowsIdentity.GetCurrent();
        return $"icacls \"{path}\" /inheritance:r /grant:r \"{user.Name}:(OI)(CI)F\"";
    }

    /// <summary>True if anybody may write to a folder, whoever that is.</summary>
    public static bool MayAnybodyWrite(string path) => MayAnybody(path, Writing);

    /// <summary>True if anybody may enter a folder, whoever that is.</summary>
    public static bool MayAnybodyRead(string path) => MayAnybody(path, Reading);

    /// <summary>
    /// True if a folder belongs to the user, or to those who may change everything in any case. git for Windows takes
    /// administrators only if the user is one (compat/mingw.c, is_path_owned_by_current_sid), and says so itself.
    /// </summary>
    public static bool IsUsers(string path)
    {
        using var user = WindowsIdentity.GetCurrent();
        var owner = new DirectoryInfo(path)
            .GetAccessControl(AccessControlSections.Owner)
            .GetOwner(typeof(SecurityIdentifier));
        return owner is null
            || owner == user.User
            || owner == Known(WellKnownSidType.BuiltinAdministratorsSid)
            || owner == Known(WellKnownSidType.LocalSystemSid);
    }

    private static bool MayAnybody(string path, FileSystemRights rights)
    {
        var anybody = Anybody.Select(Known).ToHashSet();
        return new DirectoryInfo(path)
            .GetAccessControl(AccessControlSections.Access)
            .GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier))
            .Cast<FileSystemAccessRule>()
            .Any(rule =>
                rule.AccessControlType == AccessControlType.Allow
                && rule.PropagationFlags != PropagationFlags.InheritOnly
                && (rule.FileSystemRights & rights) != 0
                && anybody.Contains(rule.IdentityReference));
    }

    private static SecurityIdentifier Known(WellKnownSidType kind) => new(kind, domainSid: null);
}
