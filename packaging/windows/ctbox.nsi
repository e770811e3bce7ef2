; ctbox for one user, without administrator's rights.
;   makensis -DVERSION=0.1.0 -DBUNDLE=..\..\dist\ctbox -DOUTPUT=ctbox-setup.exe ctbox.nsi
; Silent: ctbox-setup.exe /S [/D=C:\folder]    Removing: uninstall.exe /S
Unicode true
!ifndef VERSION
  !error "Give the version: -DVERSION=…"
!endif
!ifndef BUNDLE
  !error "Give PyInstaller's folder: -DBUNDLE=…"
!endif
!ifndef OUTPUT
  !define OUTPUT "ctbox-${VERSION}-setup.exe"
!endif
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\ctbox"
!define CLASSES "Software\Classes"

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"

; Windows keeps the files of a running program: half of two versions would be left.
!macro REFUSE_WHILE_RUNNING PROGRAM
  ${If} ${FileExists} "$INSTDIR\${PROGRAM}"
    ClearErrors
    FileOpen $0 "$INSTDIR\${PROGRAM}" a
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONEXCLAMATION "ctbox is running. Close it, then start this again." /SD IDOK
      SetErrorLevel 2
      Abort "ctbox is running."
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Name "ctbox ${VERSION}"
OutFile "${OUTPUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\ctbox"
InstallDirRegKey HKCU "Software\ctbox" "InstallFolder"
SetCompressor /SOLID lzma
ManifestDPIAware true
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "ctbox"
VIAddVersionKey "FileDescription" "ctbox setup"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "Apache License 2.0"

!define MUI_ICON "ctbox.ico"
!define MUI_UNICON "ctbox.ico"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\ctbox-window.exe"
!insertmacro MUI_PAGE_LICENSE "${BUNDLE}\_internal\LICENSE"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Section "ctbox (required)" SectionProgram
  SectionIn RO
  !insertmacro REFUSE_WHILE_RUNNING "ctbox-window.exe"
  !insertmacro REFUSE_WHILE_RUNNING "ctbox.exe"
  ; Files of an older version must not stay between the new ones; settings, models and the
  ; catalogue lie elsewhere. Only a folder that ctbox was installed in is emptied.
  IfFileExists "$INSTDIR\ctbox-window.exe" 0 +2
    RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${BUNDLE}\*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "Software\ctbox" "InstallFolder" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "ctbox"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The ctbox developers"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\ctbox-window.exe"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" "$0"
SectionEnd

Section "Start menu" SectionMenu
  CreateDirectory "$SMPROGRAMS\ctbox"
  CreateShortcut "$SMPROGRAMS\ctbox\ctbox.lnk" "$INSTDIR\ctbox-window.exe"
  CreateShortcut "$SMPROGRAMS\ctbox\Remove ctbox.lnk" "$INSTDIR\uninstall.exe"
SectionEnd

Section "Offer ctbox for DICOM files (.dcm)" SectionFiles
  ; Beside the program that opens them now, never in its place.
  WriteRegStr HKCU "${CLASSES}\ctbox.dicom" "" "DICOM image"
  WriteRegStr HKCU "${CLASSES}\ctbox.dicom\DefaultIcon" "" "$INSTDIR\ctbox-window.exe,0"
  ; Of many marked slices each would open a window of its own.
  WriteRegStr HKCU "${CLASSES}\ctbox.dicom\shell\open" "MultiSelectModel" "Single"
  WriteRegStr HKCU "${CLASSES}\ctbox.dicom\shell\open\command" "" '"$INSTDIR\ctbox-window.exe" view "%1"'
  WriteRegStr HKCU "${CLASSES}\.dcm\OpenWithProgids" "ctbox.dicom" ""
  WriteRegStr HKCU "${CLASSES}\.dicom\OpenWithProgids" "ctbox.dicom" ""
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

Section "Uninstall"
  !insertmacro REFUSE_WHILE_RUNNING "ctbox-window.exe"
  !insertmacro REFUSE_WHILE_RUNNING "ctbox.exe"
  ; What users made (settings, models, catalogue) lies in other folders and stays.
  IfFileExists "$INSTDIR\ctbox-window.exe" 0 leave
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\ctbox.exe"
  Delete "$INSTDIR\ctbox-window.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
leave:
  RMDir /r "$SMPROGRAMS\ctbox"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\ctbox"
  DeleteRegKey HKCU "${CLASSES}\ctbox.dicom"
  DeleteRegValue HKCU "${CLASSES}\.dcm\OpenWithProgids" "ctbox.dicom"
  DeleteRegValue HKCU "${CLASSES}\.dicom\OpenWithProgids" "ctbox.dicom"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
